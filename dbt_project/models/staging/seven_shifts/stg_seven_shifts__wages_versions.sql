select
    company_guid,
    user_id,
    id as wage_id,
    {{ zero_to_null('role_id') }} as role_id,
    {{ empty_to_null('wage_type') }} as pay_type,
    wage_cents,
    {{ cents('wage_cents') }} as wage,
    effective_date as effective_on,
    state,
    {{ utc('created') }} as created_at,
    {{ utc_second('modified') }} as modified_at,
    {{ utc_second('_dlt_valid_from') }} as valid_from_at,
    {{ utc_second('_dlt_valid_to') }} as valid_to_at
from {{ source('seven_shifts', 'wages') }}
