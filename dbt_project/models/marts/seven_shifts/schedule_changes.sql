select
    changes.company_guid,
    changes.change || ':' || changes.shift_id as change_id,
    changes.shift_id,
    changes.user_id,
    users.employee,
    {{ place_columns('changes') }},
    {{ local_date('changes.start_at', "coalesce(places.timezone, 'UTC')") }} as business_date,
    changes.change,
    changes.changed_at,
    changes.start_at as shift_start_at,
    changes.end_at as shift_end_at,
    {{ seconds_between('changes.changed_at', 'changes.start_at') }} as notice_seconds,
    {{ hours(seconds_between('changes.changed_at', 'changes.start_at')) }} as notice_hours,
    coalesce({{ seconds_between('changes.start_at', 'changes.end_at') }}, 0) as scheduled_seconds,
    changes.new_start_at,
    changes.new_end_at,
    changes.new_user_id
from {{ ref('int_seven_shifts__shift_changes') }} as changes
{{ person_name('changes') }}
{{ place_names('changes') }}
