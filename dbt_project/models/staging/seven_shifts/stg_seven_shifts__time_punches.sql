select
    company_guid,
    id as time_punch_id,
    {{ zero_to_null('shift_id') }} as shift_id,
    {{ zero_to_null('location_id') }} as location_id,
    {{ zero_to_null('user_id') }} as user_id,
    {{ zero_to_null('department_id') }} as department_id,
    {{ zero_to_null('role_id') }} as role_id,
    {{ utc_second('clocked_in') }} as clocked_in_at,
    {{ utc_second('clocked_out') }} as clocked_out_at,
    -- calculated by the vendor, 0 for none
    {{ zero_to_null('hourly_wage') }} as hourly_wage_cents,
    {{ cents('tips') }} as tips,
    coalesce(approved, false) as is_approved,
    coalesce(auto_clocked_out, false) as is_auto_clocked_out,
    coalesce(clocked_in_offline, false) or coalesce(clocked_out_offline, false) as is_offline,
    {{ empty_to_null('pos_type') }} as pos_type,
    coalesce(deleted, false) as is_deleted,
    {{ utc_second('created') }} as created_at,
    {{ utc_second('modified') }} as modified_at,
    _dlt_load_id as load_id
from {{ source('seven_shifts', 'time_punches') }}
