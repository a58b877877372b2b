select
    raw.company_guid,
    raw.feedback_request_id,
    raw.id as responder_id,
    raw.profile_id,
    raw.state as state_code,
    state_label.label as state,
    {{ utc('raw.modified') }} as modified_at,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'feedback_responders') }} as raw
{{ seven_geese_label('state_label', 'feedback_responders', 'state') }}
where raw._dlt_valid_to is null
