select
    raw.company_guid,
    raw.one_on_one_id,
    raw.id as question_id,
    raw.content,
    raw.creator_id as creator_profile_id,
    {{ utc('raw.created') }} as created_at,
    {{ utc('raw.modified') }} as modified_at,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'one_on_one_questions') }} as raw
where raw._dlt_valid_to is null
