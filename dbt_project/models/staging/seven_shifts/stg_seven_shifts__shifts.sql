select
    {{ shift_columns() }}
from {{ source('seven_shifts', 'shifts') }}
