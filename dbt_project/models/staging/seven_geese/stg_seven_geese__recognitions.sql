select
    raw.company_guid,
    raw.id as recognition_id,
    raw.sender_id as sender_profile_id,
    raw.badge_id,
    raw.message,
    {{ utc('raw.awarded_date') }} as awarded_at,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'recognitions') }} as raw
where raw._dlt_valid_to is null
