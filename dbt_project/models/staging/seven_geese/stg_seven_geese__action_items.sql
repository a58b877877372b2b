select
    raw.company_guid,
    raw.id as action_item_id,
    raw.title,
    coalesce(raw.completed, false) as is_completed,
    coalesce(raw.deleted, false) as is_deleted,
    {{ utc('raw.due_date') }} as due_at,
    {{ utc('raw.assigned_datetime') }} as assigned_at,
    {{ utc('raw.completed_datetime') }} as completed_at,
    {{ utc('raw.created') }} as created_at,
    {{ utc('raw.modified') }} as modified_at,
    raw.creator_id as creator_profile_id,
    raw.created_in_one_on_one_id as one_on_one_id,
    raw.assigned_to_id as assigned_to_profile_id,
    raw.completed_by_id as completed_by_profile_id,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'action_items') }} as raw
where raw._dlt_valid_to is null
