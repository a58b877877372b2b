-- The most specific rule wins: a state's before its country's.
with matched as (
    select
        locations.*,
        jurisdictions.jurisdiction,
        row_number() over (
            partition by locations.company_guid, locations.location_id
            order by jurisdictions.state nulls last
        ) as choice
    from {{ ref('stg_seven_shifts__locations') }} as locations
    left join {{ ref('jurisdictions') }} as jurisdictions
        on lower(jurisdictions.country) = lower(locations.country)
        and (jurisdictions.state is null or lower(jurisdictions.state) = lower(locations.state))
)

select
    company_guid,
    location_id,
    name as location,
    timezone,
    case when jurisdiction <> 'none' then jurisdiction end as jurisdiction
from matched
where choice = 1
