select
    companies.company_guid,
    companies.company,
    cast(companies.week_starts_on as bigint) as week_starts_on,
    readings.known_to_at
from {{ ref('int_seven_shifts__weeks') }} as companies
inner join {{ ref('int_seven_shifts__readings') }} as readings on readings.company_guid = companies.company_guid
