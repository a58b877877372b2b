select
    company_guid,
    user_id,
    id as role_id,
    {{ zero_to_null('location_id') }} as location_id,
    {{ zero_to_null('department_id') }} as department_id,
    coalesce(is_primary, false) as is_primary,
    skill_level,
    sort
from {{ source('seven_shifts', 'role_assignments') }}
where _dlt_valid_to is null
