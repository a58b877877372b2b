select
    {{ shift_break_columns() }}
from {{ source('seven_shifts', 'shift_draft_breaks') }}
where _dlt_valid_to is null
