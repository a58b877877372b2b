select
    company_guid,
    user_id,
    id as department_id,
    {{ zero_to_null('location_id') }} as location_id,
    coalesce(appear_on_schedule, true) as is_on_schedule
from {{ source('seven_shifts', 'department_assignments') }}
where _dlt_valid_to is null
