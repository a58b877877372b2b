select
    raw.company_guid,
    raw.action_item_id,
    raw.profile_id,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'action_item_participants') }} as raw
where raw._dlt_valid_to is null
