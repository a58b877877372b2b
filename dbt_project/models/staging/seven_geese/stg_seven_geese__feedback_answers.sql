select
    raw.company_guid,
    raw.feedback_id,
    raw.kind as answer_kind,
    raw.id as answer_id,
    raw.question_id,
    {{ empty_to_null('raw.question_title') }} as question_title,
    raw.text_answer,
    raw.number_answer,
    raw.choices,
    raw.other_answer,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'feedback_answers') }} as raw
where raw._dlt_valid_to is null
