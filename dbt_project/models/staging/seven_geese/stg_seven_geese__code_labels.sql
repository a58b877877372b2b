select
    raw.company_guid,
    raw.table_name,
    raw.column_name,
    raw.code,
    raw.label
from {{ source('seven_geese', 'code_labels') }} as raw
where raw._dlt_valid_to is null
