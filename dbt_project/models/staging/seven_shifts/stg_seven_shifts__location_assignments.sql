select
    company_guid,
    user_id,
    id as location_id
from {{ source('seven_shifts', 'location_assignments') }}
where _dlt_valid_to is null
