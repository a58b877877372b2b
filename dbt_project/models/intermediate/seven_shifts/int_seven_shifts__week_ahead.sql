-- What of the present week is still to be worked: shifts that nobody has finished.
with dated as (
    select
        attendance.company_guid,
        attendance.user_id,
        attendance.location_id,
        attendance.scheduled_seconds,
        {{ week_start('attendance.business_date', 'weeks.week_starts_on') }} as week_start,
        {{ week_start(local_date(as_of(), 'attendance.timezone'), 'weeks.week_starts_on') }} as present_week
    from {{ ref('shift_attendance') }} as attendance
    inner join {{ ref('int_seven_shifts__weeks') }} as weeks on weeks.company_guid = attendance.company_guid
    where attendance.status in ('upcoming', 'on_the_clock')
)

select
    company_guid,
    user_id,
    week_start,
    min(location_id) as location_id,
    cast(sum(scheduled_seconds) as bigint) as scheduled_seconds
from dated
where week_start = present_week
group by company_guid, user_id, week_start
