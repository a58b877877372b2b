select
    raw.company_guid,
    raw.objective_id,
    raw.label_id,
    {{ empty_to_null('raw.name') }} as label,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'objective_labels') }} as raw
where raw._dlt_valid_to is null
