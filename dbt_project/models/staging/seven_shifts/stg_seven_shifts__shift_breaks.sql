select
    {{ shift_break_columns() }}
from {{ source('seven_shifts', 'shift_breaks') }}
where coalesce(_tombstone, false) = false
