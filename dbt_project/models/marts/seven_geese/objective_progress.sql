select
    objectives.company_guid,
    objectives.objective_id,
    objectives.name,
    objectives.objective_type,
    objectives.creator_profile_id,
    activity.owner_count,
    activity.owner_names,
    judged.is_open,
    objectives.is_closed,
    objectives.is_draft,
    objectives.is_private,
    objectives.is_unseen,
    objectives.progress_percent,
    judged.expected_progress_percent,
    objectives.grade,
    objectives.assessment,
    objectives.starts_at,
    objectives.due_at,
    objectives.completed_at,
    objectives.created_at,
    objectives.modified_at,
    activity.checkin_count,
    activity.last_checkin_at,
    judged.days_without_checkin,
    judged.is_without_checkin,
    judged.is_reached,
    judged.is_off_track or judged.is_overdue or judged.is_behind as is_at_risk,
    case
        when judged.is_overdue then 'overdue'
        when judged.is_off_track then 'off track'
        when judged.is_behind then 'behind schedule'
    end as risk_reason,
    alignment.parent_count,
    alignment.child_count,
    cast(alignment.alignment_depth as bigint) as alignment_depth,
    alignment.is_in_circle
from {{ ref('stg_seven_geese__objectives') }} as objectives
inner join {{ ref('int_seven_geese__objectives_judged') }} as judged
    on judged.company_guid = objectives.company_guid
    and judged.objective_id = objectives.objective_id
inner join {{ ref('int_seven_geese__objective_activity') }} as activity
    on activity.company_guid = objectives.company_guid
    and activity.objective_id = objectives.objective_id
inner join {{ ref('int_seven_geese__objective_alignment') }} as alignment
    on alignment.company_guid = objectives.company_guid
    and alignment.objective_id = objectives.objective_id
