-- The past too: an objective that was deleted or hidden has no present row, but it has versions.
select
    raw.company_guid,
    raw.id as objective_id,
    coalesce(raw.closed, false) as is_closed,
    raw.progress as progress_percent,
    raw.overall_assessment_status as assessment_code,
    assessment_label.label as assessment,
    {{ utc('raw._dlt_valid_from') }} as valid_from,
    {{ utc('raw._dlt_valid_to') }} as valid_to
from {{ source('seven_geese', 'objectives') }} as raw
{{ seven_geese_label('assessment_label', 'objectives', 'overall_assessment_status') }}
