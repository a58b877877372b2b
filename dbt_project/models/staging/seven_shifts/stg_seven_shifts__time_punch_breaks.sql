select
    company_guid,
    time_punch_id,
    id as time_punch_break_id,
    {{ zero_to_null('custom_break_id') }} as custom_break_id,
    coalesce(paid, false) as is_paid,
    {{ utc_second('"in"') }} as start_at,
    {{ utc_second('"out"') }} as end_at,
    coalesce(deleted, false) as is_deleted
from {{ source('seven_shifts', 'time_punch_breaks') }}
where coalesce(_tombstone, false) = false
