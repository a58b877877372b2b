-- A company whose own row may not be read is one all the same: its week begins on Monday, unless the variable says else.
with known as (
    select company_guid from {{ ref('stg_seven_shifts__companies') }}
    union
    select company_guid from {{ ref('stg_seven_shifts__users') }}
    union
    select company_guid from {{ ref('stg_seven_shifts__shifts') }}
    union
    select company_guid from {{ ref('stg_seven_shifts__time_punches') }}
)

select
    known.company_guid,
    companies.company_id,
    coalesce(companies.name, known.company_guid) as company,
    {% if var('week_starts_on') | string %}{{ var('week_starts_on') | int }}{% else %}coalesce(companies.week_starts_on, 1){% endif %} as week_starts_on
from known
left join {{ ref('stg_seven_shifts__companies') }} as companies on companies.company_guid = known.company_guid
