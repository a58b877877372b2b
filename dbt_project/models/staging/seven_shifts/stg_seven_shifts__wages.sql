select *
from {{ ref('stg_seven_shifts__wages_versions') }}
where valid_to_at is null
