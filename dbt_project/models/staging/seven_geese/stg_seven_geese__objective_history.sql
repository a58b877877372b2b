select
    raw.company_guid,
    raw.objective_id,
    {{ utc('raw.created') }} as recorded_at,
    raw.place,
    raw.progress as progress_percent,
    raw.overall_assessment_status as assessment_code,
    assessment_label.label as assessment,
    coalesce(raw.closed, false) as is_closed,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'objective_history') }} as raw
{{ seven_geese_label('assessment_label', 'objective_history', 'overall_assessment_status') }}
where raw._dlt_valid_to is null
