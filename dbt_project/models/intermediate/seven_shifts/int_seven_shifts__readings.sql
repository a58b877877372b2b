-- Up to when shifts and punches are known: what happened after the last complete reading of both, nobody has told yet.
with resources as (
    select company_guid, resource, max(reaches_to_at) as reaches_to_at
    from {{ ref('stg_seven_shifts__readings') }}
    where resource in ('shifts', 'time_punches')
    group by company_guid, resource
),

both_read as (
    select company_guid, min(reaches_to_at) as reaches_to_at
    from resources
    group by company_guid
    having count(*) = 2
)

select
    companies.company_guid,
    case when both_read.reaches_to_at is not null then least(both_read.reaches_to_at, {{ as_of() }}) end as known_to_at
from {{ ref('int_seven_shifts__weeks') }} as companies
left join both_read on both_read.company_guid = companies.company_guid
