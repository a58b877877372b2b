select
    raw.company_guid,
    raw.id as feedback_id,
    raw.feedback_request_id,
    raw.responder_id,
    raw.responder_profile_id,
    raw.state as state_code,
    state_label.label as state,
    {{ utc('raw.created') }} as created_at,
    {{ utc('raw.modified') }} as modified_at,
    {{ utc('raw.submitted_timestamp') }} as submitted_at,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'feedback') }} as raw
{{ seven_geese_label('state_label', 'feedback', 'state') }}
where raw._dlt_valid_to is null
