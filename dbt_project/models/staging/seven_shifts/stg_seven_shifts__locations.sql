-- A table: asking the database for the zones it knows takes a while. One it does not know would end the whole build.
{{ config(materialized='table') }}

with zones as (
    select lower(name) as zone, min(name) as timezone from pg_timezone_names() group by lower(name)
)

select
    locations.company_guid,
    locations.id as location_id,
    {{ empty_to_null('locations.name') }} as name,
    {{ empty_to_null('locations.country') }} as country,
    {{ empty_to_null('locations.state') }} as state,
    {{ empty_to_null('locations.city') }} as city,
    coalesce(zones.timezone, 'UTC') as timezone,
    {{ empty_to_null('locations.timezone') }} as vendor_timezone,
    zones.timezone is not null as is_timezone_known,
    coalesce(locations.deleted, false) as is_deleted,
    {{ utc('locations.created') }} as created_at,
    {{ utc('locations.modified') }} as modified_at
from {{ source('seven_shifts', 'locations') }} as locations
left join zones on zones.zone = lower(trim(locations.timezone))
