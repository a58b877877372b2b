select
    company_guid,
    id as user_id,
    {{ zero_to_null('identity_id') }} as identity_id,
    trim(coalesce({{ empty_to_null('preferred_first_name') }}, first_name, '') || ' '
        || coalesce({{ empty_to_null('preferred_last_name') }}, last_name, '')) as employee,
    {{ empty_to_null('first_name') }} as first_name,
    {{ empty_to_null('last_name') }} as last_name,
    {{ empty_to_null('lower(email)') }} as email,
    {{ empty_to_null('employee_id') }} as employee_id,
    {{ empty_to_null('invite_status') }} as invite_status,
    {{ empty_to_null('type') }} as user_type,
    coalesce(active, true) as is_active,
    hire_date,
    {{ cents(zero_to_null('hourly_wage')) }} as hourly_wage,
    {{ empty_to_null('wage_type') }} as wage_type,
    {{ utc('created') }} as created_at,
    {{ utc('modified') }} as modified_at
from {{ source('seven_shifts', 'users') }}
