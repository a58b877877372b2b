-- The last 28 days by business date, up to the day before today where the person is at home: four whole weeks, so
-- weekdays weigh the same.
with todays as (
    select company_guid, user_id, {{ local_date(as_of(), 'timezone') }} as today
    from {{ ref('int_seven_shifts__homes') }}
),

hours as (
    select worked.company_guid, worked.user_id, sum(worked.paid_seconds) as paid_seconds
    from {{ ref('worked_hours_daily') }} as worked
    inner join todays on todays.company_guid = worked.company_guid and todays.user_id = worked.user_id
    where worked.business_date >= {{ plus_days('todays.today', -28) }} and worked.business_date < todays.today
    group by worked.company_guid, worked.user_id
),

shifts as (
    select
        attendance.company_guid,
        attendance.user_id,
        count(attendance.shift_id) as shifts,
        count(*) filter (where attendance.is_late) as late,
        count(*) filter (where attendance.is_no_show) as no_shows,
        count(*) filter (where attendance.status = 'not_known') as not_known
    from {{ ref('shift_attendance') }} as attendance
    inner join todays on todays.company_guid = attendance.company_guid and todays.user_id = attendance.user_id
    where attendance.business_date >= {{ plus_days('todays.today', -28) }} and attendance.business_date < todays.today
    group by attendance.company_guid, attendance.user_id
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
