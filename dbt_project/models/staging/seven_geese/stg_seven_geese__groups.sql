select
    raw.company_guid,
    raw.id as group_id,
    {{ empty_to_null('raw.name') }} as name,
    raw.parent_id as parent_group_id,
    raw.group_type_id,
    {{ empty_to_null('raw.group_type_name') }} as group_type_name,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'groups') }} as raw
where raw._dlt_valid_to is null
