with time as (
    select
        company_guid, business_date, location_id, department_id, role_id, user_id,
        seconds,
        seconds * cents_per_hour as cent_seconds,
        case when wage_source = 'salary' then seconds else 0 end as salaried,
        case when wage_source = 'punch' then seconds else 0 end as at_punch_wage,
        case when wage_source = 'none' then seconds else 0 end as unpriced,
        cast(0 as bigint) as salary_cents
    from {{ ref('int_seven_shifts__paid_segments') }}
    union all
    select
        company_guid, business_date, location_id, department_id, role_id, user_id,
        0, 0, 0, 0, 0, salary_cents
    from {{ ref('int_seven_shifts__salary_days') }}
),

days as (
    select
        company_guid, business_date, location_id, department_id, role_id,
        count(distinct user_id) as people,
        cast(sum(seconds) as bigint) as paid_seconds,
        cast(sum(cent_seconds) as bigint) as cent_seconds,
        cast(sum(salaried) as bigint) as salaried_seconds,
        cast(sum(at_punch_wage) as bigint) as punch_wage_seconds,
        cast(sum(unpriced) as bigint) as unpriced_seconds,
        cast(sum(salary_cents) as bigint) as salary_cents
    from time
    group by company_guid, business_date, location_id, department_id, role_id
)

select
    days.company_guid,
    days.business_date,
    {{ place_columns('days') }},
    days.people,
    days.paid_seconds,
    {{ hours('days.paid_seconds') }} as paid_hours,
    {{ pay('days.cent_seconds') }} as hourly_cost,
    {{ cents('days.salary_cents') }} as salaried_cost,
    cast({{ pay('days.cent_seconds') }} + {{ cents('days.salary_cents') }} as decimal(18, 2)) as labor_cost,
    days.salaried_seconds,
    days.punch_wage_seconds,
    days.unpriced_seconds
from days
{{ place_names('days') }}
