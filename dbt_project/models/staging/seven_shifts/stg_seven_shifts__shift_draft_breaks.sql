select
    company_guid,
    shift_id,
    id as shift_break_id,
    {{ utc('"start"') }} as start_at,
    {{ utc('"end"') }} as end_at,
    {{ empty_to_null('name') }} as name,
    coalesce(duration_override_min, length) as minutes,
    type = 'paid' as is_paid
from {{ source('seven_shifts', 'shift_draft_breaks') }}
where _dlt_valid_to is null
