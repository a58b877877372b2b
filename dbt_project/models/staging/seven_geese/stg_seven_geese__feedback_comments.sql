select
    raw.company_guid,
    raw.feedback_id,
    raw.id as comment_id,
    raw.comment,
    {{ utc('raw.created') }} as created_at,
    raw.creator_id as creator_profile_id,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'feedback_comments') }} as raw
where raw._dlt_valid_to is null
