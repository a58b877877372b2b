with punches as (
    select
        punches.company_guid,
        punches.business_date,
        punches.location_id,
        punches.department_id,
        punches.role_id,
        punches.user_id,
        coalesce(punches.tips, 0) as tips,
        coalesce(paid.paid_seconds, 0) as paid_seconds
    from {{ ref('int_seven_shifts__punches') }} as punches
    left join {{ ref('int_seven_shifts__paid_punches') }} as paid
        on paid.company_guid = punches.company_guid and paid.time_punch_id = punches.time_punch_id
    left join {{ ref('stg_seven_shifts__roles') }} as roles
        on roles.company_guid = punches.company_guid and roles.role_id = punches.role_id
    where punches.tips <> 0 or roles.is_tipped
),

days as (
    select
        company_guid, business_date, location_id, department_id, role_id,
        cast(sum(tips) as decimal(18, 2)) as tips,
        cast(sum(case when tips < 0 then tips else 0 end) as decimal(18, 2)) as negative_tips,
        count(case when tips <> 0 then 1 end) as punches_with_tips,
        count(distinct user_id) as people,
        cast(sum(paid_seconds) as bigint) as paid_seconds
    from punches
    group by company_guid, business_date, location_id, department_id, role_id
)

select
    days.company_guid,
    days.business_date,
    {{ place_columns('days') }},
    days.tips,
    days.negative_tips,
    days.punches_with_tips,
    days.people,
    days.paid_seconds,
    {{ hours('days.paid_seconds') }} as paid_hours,
    cast(days.tips * 3600 / nullif(days.paid_seconds, 0) as decimal(18, 2)) as tips_per_hour
from days
{{ place_names('days') }}
