select
    company_guid,
    id as company_id,
    {{ empty_to_null('name') }} as name,
    {{ empty_to_null('country') }} as country,
    {{ empty_to_null('status') }} as status,
    coalesce(trial, false) as is_trial,
    coalesce(active, true) as is_active,
    -- 0 and 7 are both Sunday, so either way of counting from Sunday or Monday gives the same day; Monday if not sent
    cast(mod(coalesce(start_week_on, 1), 7) as integer) as week_starts_on,
    {{ utc('created') }} as created_at,
    {{ utc('modified') }} as modified_at
from {{ source('seven_shifts', 'companies') }}
