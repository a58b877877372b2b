select
    raw.company_guid,
    raw.id as feedback_request_id,
    {{ empty_to_null('raw.title') }} as title,
    raw.type as request_type_code,
    request_type_label.label as request_type,
    raw.state as state_code,
    state_label.label as state,
    raw.respondents_names_visible_to as names_visible_to_code,
    names_visible_to_label.label as names_visible_to,
    raw.recipient_permissions as recipient_permissions_code,
    recipient_permissions_label.label as recipient_permissions,
    {{ utc('raw.due_datetime') }} as due_at,
    {{ utc('raw.published_datetime') }} as published_at,
    {{ utc('raw.sent_date') }} as sent_at,
    {{ utc('raw.created') }} as created_at,
    {{ utc('raw.modified') }} as modified_at,
    raw.num_responses_submitted as responses_submitted,
    raw.creator_id as creator_profile_id,
    raw.recipient_id as recipient_profile_id,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'feedback_requests') }} as raw
{{ seven_geese_label('request_type_label', 'feedback_requests', 'type') }}
{{ seven_geese_label('state_label', 'feedback_requests', 'state') }}
{{ seven_geese_label('names_visible_to_label', 'feedback_requests', 'respondents_names_visible_to') }}
{{ seven_geese_label('recipient_permissions_label', 'feedback_requests', 'recipient_permissions') }}
where raw._dlt_valid_to is null
