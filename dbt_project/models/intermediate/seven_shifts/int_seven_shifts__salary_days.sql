-- One seventh of the weekly salary a day; the cents that do not divide fall on days of the week such that its sum is right.
with first_days as (
    select company_guid, min(business_date) as first_date
    from {{ ref('int_seven_shifts__worked_days') }}
    group by company_guid
),

salaries as (
    select
        wages.company_guid,
        wages.user_id,
        homes.location_id,
        homes.department_id,
        homes.role_id,
        wages.wage_cents,
        companies.week_starts_on,
        greatest({{ local_date('wages.from_at', 'wages.timezone') }}, first_days.first_date) as first_date,
        least(
            {{ plus_days(local_date("coalesce(wages.to_at, timestamp '9998-01-01')", 'wages.timezone'), -1) }},
            {{ local_date('coalesce(readings.known_to_at, ' ~ as_of() ~ ')', 'wages.timezone') }},
            coalesce(leavers.left_on, date '9998-01-01')
        ) as last_date
    from {{ ref('int_seven_shifts__wage_windows') }} as wages
    inner join {{ ref('int_seven_shifts__homes') }} as homes
        on homes.company_guid = wages.company_guid
        and homes.user_id = wages.user_id
        and homes.timezone = wages.timezone
    inner join {{ ref('int_seven_shifts__weeks') }} as companies on companies.company_guid = wages.company_guid
    inner join first_days on first_days.company_guid = wages.company_guid
    inner join {{ ref('int_seven_shifts__readings') }} as readings on readings.company_guid = wages.company_guid
    left join {{ ref('int_seven_shifts__leavers') }} as leavers
        on leavers.company_guid = wages.company_guid and leavers.user_id = wages.user_id
    where wages.pay_type = 'weekly_salary'
),

days as (
    select *, {{ counting_to('last_date - first_date') }} as day_number from salaries where last_date >= first_date
),

dated as (
    select *, {{ plus_days('first_date', 'day_number') }} as business_date from days
),

placed as (
    select
        *,
        {{ days_between(week_start('business_date', 'week_starts_on'), 'business_date') }} as day_of_week
    from dated
)

select
    company_guid,
    business_date,
    user_id,
    location_id,
    department_id,
    role_id,
    cast(floor(wage_cents * (day_of_week + 1) / 7.0) - floor(wage_cents * day_of_week / 7.0) as bigint) as salary_cents
from placed
