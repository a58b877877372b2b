select
    raw.company_guid,
    raw.id as department_id,
    {{ empty_to_null('raw.name') }} as name,
    {{ empty_to_null('raw.full_name') }} as path,
    raw.parent_id as parent_department_id,
    raw.creator_id as creator_profile_id,
    coalesce(raw.deleted, false) as is_deleted,
    {{ utc('raw.created') }} as created_at,
    {{ utc('raw.modified') }} as modified_at,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'departments') }} as raw
where raw._dlt_valid_to is null
