select
    {{ shift_columns() }},
    {{ utc('_dlt_valid_to') }} as valid_to_at
from {{ source('seven_shifts', 'shift_drafts') }}
