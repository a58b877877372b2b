select
    raw.company_guid,
    raw.id as objective_id,
    {{ empty_to_null('raw.name') }} as name,
    raw.objective_type as objective_type_code,
    objective_type_label.label as objective_type,
    coalesce(raw.closed, false) as is_closed,
    coalesce(raw.draft, false) as is_draft,
    coalesce(raw.private, false) as is_private,
    raw.grade,
    raw.progress as progress_percent,
    raw.overall_assessment_status as assessment_code,
    assessment_label.label as assessment,
    {{ utc('raw.start_date') }} as starts_at,
    {{ utc('raw.due_datetime') }} as due_at,
    {{ utc('raw.completed_datetime') }} as completed_at,
    raw.creator_id as creator_profile_id,
    raw.weight,
    {{ utc('raw.created') }} as created_at,
    {{ utc('raw.modified') }} as modified_at,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'objectives') }} as raw
{{ seven_geese_label('objective_type_label', 'objectives', 'objective_type') }}
{{ seven_geese_label('assessment_label', 'objectives', 'overall_assessment_status') }}
where raw._dlt_valid_to is null
