select
    raw.company_guid,
    raw.review_id,
    raw.id as approval_id,
    raw.previous_state as previous_state_code,
    raw.new_state as new_state_code,
    raw.note,
    {{ utc('raw.created') }} as approved_at,
    raw.approved_by_id as approved_by_profile_id,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'review_approvals') }} as raw
where raw._dlt_valid_to is null
