-- The rules of a week are those of the place where most of it was worked.
with days as (
    select
        worked.company_guid,
        worked.user_id,
        {{ week_start('worked.business_date', 'weeks.week_starts_on') }} as week_start,
        worked.business_date,
        worked.location_id,
        cast(sum(worked.seconds) as bigint) as seconds
    from {{ ref('int_seven_shifts__worked_days') }} as worked
    inner join {{ ref('int_seven_shifts__weeks') }} as weeks on weeks.company_guid = worked.company_guid
    where worked.is_paid
    group by worked.company_guid, worked.user_id, week_start, worked.business_date, worked.location_id
),

locations as (
    select
        company_guid, user_id, week_start, location_id,
        row_number() over (
            partition by company_guid, user_id, week_start order by sum(seconds) desc, location_id
        ) as choice
    from days
    group by company_guid, user_id, week_start, location_id
),

dates as (
    select
        company_guid, user_id, week_start, business_date,
        cast(sum(seconds) as bigint) as seconds,
        count(*) over (partition by company_guid, user_id, week_start) as days_worked
    from days
    group by company_guid, user_id, week_start, business_date
)

select
    dates.company_guid,
    dates.user_id,
    dates.week_start,
    dates.business_date,
    dates.seconds,
    dates.days_worked,
    locations.location_id,
    places.jurisdiction,
    rules.weekly_hours * 3600 as weekly_limit,
    -- the seventh day of a week with work on every day is overtime from its first hour
    case when rules.seventh_day and dates.days_worked = 7 and dates.business_date = {{ plus_days('dates.week_start', 6) }}
        then 0 else rules.daily_hours * 3600 end as daily_limit,
    case when rules.seventh_day and dates.days_worked = 7 and dates.business_date = {{ plus_days('dates.week_start', 6) }}
        then rules.daily_hours * 3600 else rules.daily_double_hours * 3600 end as double_limit
from dates
inner join locations
    on locations.company_guid = dates.company_guid
    and locations.user_id = dates.user_id
    and locations.week_start = dates.week_start
    and locations.choice = 1
left join {{ ref('int_seven_shifts__places') }} as places
    on places.company_guid = dates.company_guid and places.location_id = locations.location_id
left join {{ ref('overtime_rules') }} as rules on rules.jurisdiction = places.jurisdiction
