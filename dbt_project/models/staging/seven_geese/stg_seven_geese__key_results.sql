select
    raw.company_guid,
    raw.objective_id,
    raw.id as key_result_id,
    {{ empty_to_null('raw.name') }} as name,
    raw.weight,
    raw.{{ adapter.quote('order') }} as position,
    raw.starting_value,
    raw.current_value,
    raw.target_value,
    raw.measurement_type as measure_code,
    measure_label.label as measure,
    raw.progress as progress_percent,
    raw.creator_id as creator_profile_id,
    {{ utc('raw.created') }} as created_at,
    {{ utc('raw.updated') }} as updated_at,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'key_results') }} as raw
{{ seven_geese_label('measure_label', 'key_results', 'measurement_type') }}
where raw._dlt_valid_to is null
