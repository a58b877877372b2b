select
    company_guid,
    id as shift_id,
    {{ zero_to_null('location_id') }} as location_id,
    {{ zero_to_null('user_id') }} as user_id,
    {{ zero_to_null('department_id') }} as department_id,
    {{ zero_to_null('role_id') }} as role_id,
    {{ zero_to_null('station_id') }} as station_id,
    {{ utc('"start"') }} as start_at,
    {{ utc('"end"') }} as end_at,
    coalesce("close", false) as ends_at_closing,
    coalesce(business_decline, false) as ends_when_business_declines,
    {{ cents(zero_to_null('hourly_wage')) }} as hourly_wage,
    coalesce("open", false) as is_open,
    coalesce(unassigned, false) as is_unassigned,
    publish_status,
    nullif(attendance_status, 'none') as vendor_status,
    late_minutes as vendor_late_minutes,
    coalesce(deleted, false) as is_deleted,
    {{ utc('created') }} as created_at,
    {{ utc('modified') }} as modified_at
from {{ source('seven_shifts', 'shift_drafts') }}
where _dlt_valid_to is null
