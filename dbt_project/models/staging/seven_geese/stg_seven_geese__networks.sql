select
    raw.company_guid,
    raw.id as network_id,
    {{ empty_to_null('raw.name') }} as name,
    raw.business_cycle_length as business_cycle_months,
    raw.business_cycle_start_month,
    raw._unseen_since is not null as is_unseen,
    {{ utc('raw._dlt_valid_from') }} as valid_from
from {{ source('seven_geese', 'networks') }} as raw
where raw._dlt_valid_to is null
