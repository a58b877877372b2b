with versions as (
    select
        *,
        row_number() over (partition by company_guid, id order by _dlt_valid_from desc) as newest
    from {{ source('seven_shifts', 'roles') }}
)

select
    company_guid,
    id as role_id,
    {{ zero_to_null('location_id') }} as location_id,
    {{ zero_to_null('department_id') }} as department_id,
    {{ empty_to_null('name') }} as name,
    {{ empty_to_null('job_code') }} as job_code,
    sort,
    coalesce(is_tipped_role, false) as is_tipped,
    {{ utc('created') }} as created_at,
    {{ utc('modified') }} as modified_at,
    _dlt_valid_to is not null as is_removed
from versions
where newest = 1
