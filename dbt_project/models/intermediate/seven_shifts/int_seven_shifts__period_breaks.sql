-- Clocked breaks, paid or not, and the time between two punches of one period. One without an end has no length: LEAST
-- would give it that of the rest of the punch.
with breaks as (
    select
        periods.company_guid,
        periods.work_period_id,
        greatest(breaks.start_at, periods.clocked_in_at) as start_at,
        least(breaks.end_at, periods.clocked_out_at) as end_at,
        breaks.is_paid
    from {{ ref('int_seven_shifts__work_periods') }} as periods
    inner join {{ ref('stg_seven_shifts__time_punch_breaks') }} as breaks
        on breaks.company_guid = periods.company_guid and breaks.time_punch_id = periods.time_punch_id
    where not breaks.is_deleted
        and breaks.start_at is not null
        and breaks.end_at is not null
    union all
    select company_guid, work_period_id, away_since_at, clocked_in_at, false
    from {{ ref('int_seven_shifts__work_periods') }}
    where away_since_at is not null
)

select
    *,
    {{ seconds_between('start_at', 'end_at') }} as seconds
from breaks
where end_at > start_at
