select
    raw.company_guid,
    raw.id as profile_id,
    raw.user_id,
    {{ empty_to_null('raw.full_name') }} as full_name,
    {{ empty_to_null('raw.first_name') }} as first_name,
    {{ empty_to_null('raw.last_name') }} as last_name,
    {{ empty_to_null('raw.position') }} as position,
    {{ empty_to_null('raw.employee_id') }} as employee_id,
    {{ empty_to_null('raw.hris_id') }} as hris_id,
    raw.hire_date,
    raw.reports_to_id as manager_profile_id,
    raw.activated as is_active,
    {{ utc('raw.deactivated_timestamp') }} as deactivated_at,
    {{ utc('raw.user_date_joined') }} as joined_at,
    coalesce(raw.is_manager, false) as is_manager,
    coalesce(raw.is_admin, false) as is_admin,
    {{ empty_to_null('lower(raw.user_email)') }} as email_key,
    coalesce(raw.email_bounced, false) as is_email_bounced,
    raw.timezone as time_zone,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'user_profiles') }} as raw
where raw._dlt_valid_to is null
