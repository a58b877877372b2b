select
    company_guid,
    company_id,
    name as company,
    {% if var('week_starts_on') | string %}{{ var('week_starts_on') | int }}{% else %}week_starts_on{% endif %} as week_starts_on
from {{ ref('stg_seven_shifts__companies') }}
