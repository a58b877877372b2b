select
    raw.company_guid,
    raw.review_id,
    raw.kind as answer_kind,
    raw.id as answer_id,
    raw.responder_id as responder_profile_id,
    raw.item_id,
    {{ empty_to_null('raw.item_title') }} as item_title,
    raw.text_answer,
    raw.number_answer,
    raw.bool_answer,
    raw.choices,
    raw.grades,
    raw.other_answer,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'review_answers') }} as raw
where raw._dlt_valid_to is null
