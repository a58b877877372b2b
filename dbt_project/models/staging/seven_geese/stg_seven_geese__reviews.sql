select
    raw.company_guid,
    raw.id as review_id,
    raw.review_cycle_id,
    raw.for_profile_id,
    raw.state as state_code,
    state_label.label as state,
    raw.next_state as next_state_code,
    coalesce(raw.deleted, false) as is_deleted,
    {{ empty_to_null('raw.position') }} as position,
    {{ utc('raw.start_date') }} as starts_at,
    {{ utc('raw.end_date') }} as ends_at,
    raw.manager_id as manager_profile_id,
    raw.skip_level_manager_id as skip_level_manager_profile_id,
    raw.admin_id as admin_profile_id,
    raw.one_on_one_id,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'reviews') }} as raw
{{ seven_geese_label('state_label', 'reviews', 'state') }}
where raw._dlt_valid_to is null
