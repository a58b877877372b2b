select
    raw.company_guid,
    raw.id as one_on_one_id,
    {{ empty_to_null('raw.name') }} as name,
    raw.status as status_code,
    status_label.label as status,
    coalesce(raw.deleted, false) as is_deleted,
    {{ utc('raw.created') }} as created_at,
    {{ utc('raw.modified') }} as modified_at,
    {{ utc('raw.updated_time') }} as updated_at,
    {{ utc('raw.start_time') }} as starts_at,
    {{ utc('raw.end_time') }} as ends_at,
    {{ utc('raw.scheduled_at') }} as scheduled_at,
    {{ utc('coalesce(raw.completed_time, raw.completed_datetime)') }} as completed_at,
    raw.facilitator_id as facilitator_profile_id,
    raw.participant_id as participant_profile_id,
    raw.scheduled_by_id as scheduled_by_profile_id,
    raw.template_id,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'one_on_ones') }} as raw
{{ seven_geese_label('status_label', 'one_on_ones', 'status') }}
where raw._dlt_valid_to is null
