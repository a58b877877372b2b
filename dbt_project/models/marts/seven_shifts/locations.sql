select
    places.company_guid,
    places.location_id,
    places.location,
    locations.country,
    locations.state,
    places.timezone,
    locations.vendor_timezone,
    locations.is_timezone_known,
    places.jurisdiction,
    locations.is_deleted
from {{ ref('int_seven_shifts__places') }} as places
inner join {{ ref('stg_seven_shifts__locations') }} as locations
    on locations.company_guid = places.company_guid and locations.location_id = places.location_id
