{%- set grace = var('late_grace_minutes') %}
with sides as (
    select
        sides.*,
        coalesce(places.timezone, 'UTC') as timezone,
        readings.known_to_at,
        {{ plus_minutes('start_at', grace) }} < first_clocked_in_at as is_late,
        not has_flexible_end and last_clocked_out_at < {{ plus_minutes('end_at', -grace) }} as is_early_leave,
        case when has_flexible_end or end_at is null then {{ plus_minutes('last_clocked_in_at', 960) }}
            else {{ plus_minutes('end_at', var('missing_punch_out_minutes')) }} end as due_out_at,
        coalesce(end_at > clocks.judged_from_at and end_at <= clocks.judged_to_at, false) as is_judged
    from {{ ref('int_seven_shifts__attendance') }} as sides
    left join {{ ref('int_seven_shifts__places') }} as places
        on places.company_guid = sides.company_guid and places.location_id = sides.location_id
    left join {{ ref('int_seven_shifts__readings') }} as readings on readings.company_guid = sides.company_guid
    left join {{ ref('int_seven_shifts__clocks') }} as clocks on clocks.company_guid = sides.company_guid and clocks.location_id = sides.location_id
),

judged as (
    select
        *,
        case
            when is_open and due_out_at < known_to_at then 'missing_punch_out'
            when shift_id is null then 'unscheduled'
            when is_open then case when due_out_at < {{ as_of() }} then 'not_known' else 'on_the_clock' end
            when punches > 0 then 'worked'
            when vendor_status = 'sick' then 'sick'
            when end_at > {{ as_of() }} then 'upcoming'
            when vendor_status = 'no_show' or (is_judged and vendor_status is distinct from 'late') then 'no_show' -- who was late came
            else 'not_known'
        end as status
    from sides
)

select
    judged.company_guid,
    judged.attendance_id,
    judged.shift_id,
    judged.user_id,
    users.employee,
    {{ place_columns('judged') }},
    {{ local_date('coalesce(judged.start_at, judged.first_clocked_in_at)', 'judged.timezone') }} as business_date,
    judged.timezone,
    judged.start_at as scheduled_start_at,
    judged.end_at as scheduled_end_at,
    judged.has_flexible_end,
    judged.scheduled_seconds,
    {{ hours('judged.scheduled_seconds') }} as scheduled_hours,
    judged.first_clocked_in_at,
    judged.last_clocked_in_at,
    judged.last_clocked_out_at,
    judged.punches,
    judged.paid_seconds,
    {{ hours('judged.paid_seconds') }} as paid_hours,
    judged.status,
    coalesce(judged.is_late, false) as is_late,
    case when judged.is_late then {{ whole_minutes(seconds_between('judged.start_at', 'judged.first_clocked_in_at')) }} else 0 end as minutes_late,
    coalesce(judged.is_early_leave, false) as is_early_leave,
    case when judged.is_early_leave then {{ whole_minutes(seconds_between('judged.last_clocked_out_at', 'judged.end_at')) }} else 0 end as minutes_left_early,
    judged.status = 'no_show' as is_no_show,
    judged.shift_id is null as is_unscheduled,
    judged.status = 'missing_punch_out' as is_missing_punch_out,
    judged.is_auto_clocked_out,
    judged.is_unapproved,
    judged.matched_by,
    judged.vendor_status
from judged
{{ person_name('judged') }}
{{ place_names('judged') }}
