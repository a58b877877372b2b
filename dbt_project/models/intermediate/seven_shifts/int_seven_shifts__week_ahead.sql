-- What of the present week is still ahead: scheduled after the last reading, or on the clock and not yet in paid time.
with dated as (
    select
        attendance.*,
        coalesce(readings.known_to_at, {{ as_of() }}) as read_at,
        {{ week_start('attendance.business_date', 'weeks.week_starts_on') }} as week_start,
        {{ week_start(local_date(as_of(), 'attendance.timezone'), 'weeks.week_starts_on') }} as present_week
    from {{ ref('shift_attendance') }} as attendance
    inner join {{ ref('int_seven_shifts__weeks') }} as weeks on weeks.company_guid = attendance.company_guid
    left join {{ ref('int_seven_shifts__readings') }} as readings on readings.company_guid = attendance.company_guid
),

-- Who clocked out may have gone to eat: for as long as that is one period of work, the rest of the shift is ahead.
placed as (
    select
        *,
        case
            when punches > 0 and last_clocked_out_at is null then last_clocked_in_at
            else greatest(scheduled_start_at, read_at)
        end as ahead_from_at
    from dated
    where week_start = present_week
        and (status in ('upcoming', 'on_the_clock', 'not_known')
            or (status = 'worked' and {{ plus_minutes('last_clocked_out_at', var('work_period_gap_minutes')) }} >= read_at))
),

measured as (
    select
        *,
        least(scheduled_seconds - paid_seconds, {{ seconds_between('ahead_from_at', 'scheduled_end_at') }}) as seconds
    from placed
)

select
    company_guid,
    user_id,
    week_start,
    min(location_id) as location_id,
    cast(sum(seconds) as bigint) as scheduled_seconds
from measured
where seconds > 0
group by company_guid, user_id, week_start
