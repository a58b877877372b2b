select
    raw.company_guid,
    raw.id as location_id,
    {{ empty_to_null('raw.name') }} as name,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'locations') }} as raw
where raw._dlt_valid_to is null
