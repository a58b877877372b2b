{%- set grace = var('late_grace_minutes') %}
with sides as (
    select
        sides.*,
        coalesce(places.timezone, 'UTC') as timezone,
        {{ as_of() }} as as_of,
        coalesce({{ seconds_between('start_at', 'end_at') }}, 0) as scheduled_seconds,
        {{ plus_minutes('start_at', grace) }} < first_clocked_in_at as is_late,
        not has_flexible_end and last_clocked_out_at < {{ plus_minutes('end_at', -grace) }} as is_early_leave,
        is_open and coalesce({{ plus_minutes('end_at', grace) }}, {{ plus_minutes('last_clocked_in_at', 960) }}) < {{ as_of() }} as is_missing_punch_out
    from {{ ref('int_seven_shifts__attendance') }} as sides
    left join {{ ref('int_seven_shifts__places') }} as places
        on places.company_guid = sides.company_guid and places.location_id = sides.location_id
),

judged as (
    select
        *,
        case
            when is_missing_punch_out then 'missing_punch_out'
            when shift_id is null then 'unscheduled'
            when is_open then 'on_the_clock'
            when punches > 0 then 'worked'
            when vendor_status = 'sick' then 'sick'
            when end_at <= as_of then 'no_show'
            else 'upcoming'
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
    coalesce(judged.is_missing_punch_out, false) as is_missing_punch_out,
    judged.is_auto_clocked_out,
    judged.is_unapproved,
    judged.matched_by,
    judged.vendor_status
from judged
{{ person_name('judged') }}
{{ place_names('judged') }}
