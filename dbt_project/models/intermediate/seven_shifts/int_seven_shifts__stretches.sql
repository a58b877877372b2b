-- A break without an end is not taken off: nothing tells how long it was. Breaks that overlap are taken off once.
with punches as (
    select * from {{ ref('int_seven_shifts__punches') }} where clocked_out_at > clocked_in_at
),

marks as (
    select
        punches.company_guid,
        punches.time_punch_id,
        greatest(breaks.start_at, punches.clocked_in_at) as start_at,
        least(breaks.end_at, punches.clocked_out_at) as end_at
    from punches
    inner join {{ ref('stg_seven_shifts__time_punch_breaks') }} as breaks
        on breaks.company_guid = punches.company_guid and breaks.time_punch_id = punches.time_punch_id
    where not breaks.is_paid
        and not breaks.is_deleted
        and breaks.end_at > breaks.start_at
        and breaks.start_at < punches.clocked_out_at
        and breaks.end_at > punches.clocked_in_at
    union all
    select company_guid, time_punch_id, clocked_out_at, clocked_out_at from punches
),

ordered as (
    select
        *,
        max(end_at) over (
            partition by company_guid, time_punch_id
            order by start_at, end_at
            rows between unbounded preceding and 1 preceding
        ) as back_at
    from marks
),

stretches as (
    select company_guid, time_punch_id, true as is_paid, back_at as start_at, start_at as end_at from ordered
    union all
    select company_guid, time_punch_id, false, greatest(start_at, coalesce(back_at, start_at)), end_at from ordered
)

select
    punches.company_guid,
    punches.time_punch_id,
    punches.user_id,
    punches.location_id,
    punches.department_id,
    punches.role_id,
    punches.timezone,
    punches.hourly_wage_cents,
    punches.is_approved,
    stretches.is_paid,
    coalesce(stretches.start_at, punches.clocked_in_at) as start_at,
    stretches.end_at
from stretches
inner join punches
    on punches.company_guid = stretches.company_guid and punches.time_punch_id = stretches.time_punch_id
where stretches.end_at > coalesce(stretches.start_at, punches.clocked_in_at)
