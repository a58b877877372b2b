-- The last 28 days by business date, up to the day before now: four whole weeks, so weekdays weigh the same.
with hours as (
    select company_guid, user_id, sum(paid_seconds) as paid_seconds
    from {{ ref('worked_hours_daily') }}
    where business_date >= {{ plus_days('cast(' ~ as_of() ~ ' as date)', -28) }} and business_date < cast({{ as_of() }} as date)
    group by company_guid, user_id
),

shifts as (
    select
        company_guid,
        user_id,
        count(shift_id) as shifts,
        count(*) filter (where is_late) as late,
        count(*) filter (where is_no_show) as no_shows,
        count(*) filter (where status = 'not_known') as not_known
    from {{ ref('shift_attendance') }}
    where business_date >= {{ plus_days('cast(' ~ as_of() ~ ' as date)', -28) }} and business_date < cast({{ as_of() }} as date)
    group by company_guid, user_id
)

select
    users.company_guid,
    users.user_id,
    {{ hours('coalesce(hours.paid_seconds, 0)') }} as paid_hours,
    coalesce(shifts.shifts, 0) as shifts,
    coalesce(shifts.late, 0) as late,
    coalesce(shifts.no_shows, 0) as no_shows,
    coalesce(shifts.not_known, 0) as not_known
from {{ ref('stg_seven_shifts__users') }} as users
left join hours on hours.company_guid = users.company_guid and hours.user_id = users.user_id
left join shifts on shifts.company_guid = users.company_guid and shifts.user_id = users.user_id
