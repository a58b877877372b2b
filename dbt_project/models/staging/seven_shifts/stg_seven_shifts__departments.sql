with versions as (
    select
        *,
        row_number() over (partition by company_guid, id order by _dlt_valid_from desc) as newest
    from {{ source('seven_shifts', 'departments') }}
)

select
    company_guid,
    id as department_id,
    {{ zero_to_null('location_id') }} as location_id,
    {{ empty_to_null('name') }} as name,
    coalesce("default", false) as is_default,
    {{ utc('created') }} as created_at,
    {{ utc('modified') }} as modified_at,
    deleted is not null or _dlt_valid_to is not null as is_removed
from versions
where newest = 1
