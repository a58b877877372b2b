select
    raw.company_guid,
    raw.id as review_cycle_id,
    {{ empty_to_null('raw.title') }} as title,
    raw.state as state_code,
    state_label.label as state,
    {{ utc('raw.start_date') }} as starts_at,
    {{ utc('raw.end_date') }} as ends_at,
    {{ utc('raw.modified') }} as modified_at,
    coalesce(raw.is_complete, false) as is_marked_complete,
    raw.creator_id as creator_profile_id,
    raw.default_admin_id as default_admin_profile_id,
    raw.template_id,
    {{ empty_to_null('raw.template_title') }} as template_title,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'review_cycles') }} as raw
{{ seven_geese_label('state_label', 'review_cycles', 'state') }}
where raw._dlt_valid_to is null
