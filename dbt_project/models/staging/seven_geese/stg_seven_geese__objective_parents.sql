select
    raw.company_guid,
    raw.objective_id,
    raw.parent_objective_id,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'objective_parents') }} as raw
where raw._dlt_valid_to is null
