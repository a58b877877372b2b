-- Asking for a time zone row by row is slow; there are few zones and few days.
{{ config(materialized='table') }}

with span as (
    select
        cast(min(clocked_in_at) as date) as first_date,
        cast(max(greatest(clocked_in_at, coalesce(clocked_out_at, clocked_in_at))) as date) as last_date
    from {{ ref('stg_seven_shifts__time_punches') }}
    where {{ is_possible('clocked_in_at', 'coalesce(clocked_out_at, clocked_in_at)') }}
),

zones as (
    select timezone from {{ ref('stg_seven_shifts__locations') }}
    union
    select 'UTC'
),

counted as (
    select timezone, first_date, {{ counting_to('last_date - first_date + 4') }} as number
    from zones
    cross join span
    where first_date is not null
),

dated as (
    select timezone, {{ plus_days('first_date', 'number - 2') }} as business_date from counted
)

select
    timezone,
    business_date,
    {{ local_midnight('business_date', 'timezone') }} as from_at,
    {{ local_midnight(plus_days('business_date', 1), 'timezone') }} as to_at
from dated
