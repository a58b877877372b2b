{#- The columns of a shift, published or a draft: the vendor sends both alike. -#}
{% macro shift_columns() -%}
    company_guid,
    id as shift_id,
    {{ zero_to_null('location_id') }} as location_id,
    {{ zero_to_null('user_id') }} as user_id,
    {{ zero_to_null('department_id') }} as department_id,
    {{ zero_to_null('role_id') }} as role_id,
    {{ zero_to_null('station_id') }} as station_id,
    {{ utc_second('"start"') }} as start_at,
    {{ utc_second('"end"') }} as end_at,
    coalesce("close", false) as ends_at_closing,
    coalesce(business_decline, false) as ends_when_business_declines,
    {{ cents(zero_to_null('hourly_wage')) }} as hourly_wage,
    coalesce("open", false) as is_open,
    coalesce(unassigned, false) as is_unassigned,
    publish_status,
    nullif(attendance_status, 'none') as vendor_status,
    late_minutes as vendor_late_minutes,
    coalesce(deleted, false) as is_deleted,
    {{ utc_second('created') }} as created_at,
    {{ utc_second('modified') }} as modified_at
{%- endmacro %}

{#- The columns of a break of either. -#}
{% macro shift_break_columns() -%}
    company_guid,
    shift_id,
    id as shift_break_id,
    {{ utc('"start"') }} as start_at,
    {{ utc('"end"') }} as end_at,
    {{ empty_to_null('name') }} as name,
    coalesce(duration_override_min, length) as minutes,
    type = 'paid' as is_paid
{%- endmacro %}
