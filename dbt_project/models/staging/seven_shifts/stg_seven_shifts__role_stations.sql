select
    company_guid,
    role_id,
    station_number,
    id as station_id,
    {{ empty_to_null('name') }} as name
from {{ source('seven_shifts', 'role_stations') }}
where _dlt_valid_to is null
