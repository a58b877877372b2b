select
    company_guid,
    time_punch_id,
    cast(sum(seconds) as bigint) as paid_seconds
from {{ ref('int_seven_shifts__worked_days') }}
where is_paid
group by company_guid, time_punch_id
