select
    raw.company_guid,
    raw.recognition_id,
    raw.kind as recipient_kind,
    raw.recipient_id,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'recognition_recipients') }} as raw
where raw._dlt_valid_to is null
