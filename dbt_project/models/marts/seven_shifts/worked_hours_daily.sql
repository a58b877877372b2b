with time as (
    select
        company_guid, business_date, user_id, location_id, department_id, role_id, time_punch_id,
        seconds,
        case when is_paid then seconds else 0 end as paid,
        case when is_paid and not is_approved then seconds else 0 end as unapproved,
        0 as open_punch
    from {{ ref('int_seven_shifts__worked_days') }}
    union all
    select
        company_guid, business_date, user_id, location_id, department_id, role_id,
        time_punch_id, 0, 0, 0, 1
    from {{ ref('int_seven_shifts__punches') }}
    where clocked_out_at is null
),

days as (
    select
        company_guid, business_date, user_id, location_id, department_id, role_id,
        count(distinct time_punch_id) as punches,
        cast(sum(seconds) as bigint) as clocked_seconds,
        cast(sum(paid) as bigint) as paid_seconds,
        cast(sum(unapproved) as bigint) as unapproved_seconds,
        cast(sum(open_punch) as bigint) as open_punches
    from time
    group by company_guid, business_date, user_id, location_id, department_id, role_id
)

select
    days.company_guid,
    days.business_date,
    days.user_id,
    users.employee,
    {{ place_columns('days') }},
    days.punches,
    days.clocked_seconds,
    days.clocked_seconds - days.paid_seconds as unpaid_break_seconds,
    days.paid_seconds,
    {{ hours('days.paid_seconds') }} as paid_hours,
    days.unapproved_seconds,
    days.open_punches
from days
{{ person_name('days') }}
{{ place_names('days') }}
