select
    company_guid,
    id as location_id,
    {{ empty_to_null('name') }} as name,
    {{ empty_to_null('country') }} as country,
    {{ empty_to_null('state') }} as state,
    {{ empty_to_null('city') }} as city,
    coalesce({{ empty_to_null('timezone') }}, 'UTC') as timezone,
    coalesce(deleted, false) as is_deleted,
    {{ utc('created') }} as created_at,
    {{ utc('modified') }} as modified_at
from {{ source('seven_shifts', 'locations') }}
