select
    raw.company_guid,
    raw.objective_id,
    raw.id as checkin_id,
    raw.profile_id,
    raw.message,
    raw.status as assessment_code,
    assessment_label.label as assessment,
    {{ utc('raw.created') }} as created_at,
    {{ utc('raw.updated') }} as updated_at,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'objective_checkins') }} as raw
{{ seven_geese_label('assessment_label', 'objective_checkins', 'status') }}
where raw._dlt_valid_to is null
