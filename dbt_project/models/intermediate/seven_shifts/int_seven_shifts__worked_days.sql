-- A table: six models read it, and it holds every punch.
{{ config(materialized='table') }}

-- How far local midnight lies from that of UTC: by this much less or more the date may differ.
with zones as (
    select
        timezone,
        min(from_at - cast(business_date as timestamp)) as least_behind,
        max(from_at - cast(business_date as timestamp)) as most_behind
    from {{ ref('int_seven_shifts__local_days') }}
    group by timezone
),

bounded as (
    select
        stretches.*,
        cast(stretches.start_at - zones.most_behind as date) as first_date,
        cast(stretches.end_at - zones.least_behind as date) as last_date
    from {{ ref('int_seven_shifts__stretches') }} as stretches
    inner join zones on zones.timezone = stretches.timezone
),

numbered as (
    select *, {{ counting_to('last_date - first_date') }} as number from bounded
),

dated as (
    select *, {{ plus_days('first_date', 'number') }} as possible_date from numbered
),

pieces as (
    select
        dated.*,
        days.business_date,
        greatest(dated.start_at, days.from_at) as from_at,
        least(dated.end_at, days.to_at) as to_at
    from dated
    inner join {{ ref('int_seven_shifts__local_days') }} as days
        on days.timezone = dated.timezone and days.business_date = dated.possible_date
    where dated.start_at < days.to_at and dated.end_at > days.from_at
)

select
    company_guid,
    business_date,
    time_punch_id,
    user_id,
    location_id,
    department_id,
    role_id,
    timezone,
    hourly_wage_cents,
    is_approved,
    is_paid,
    from_at as start_at,
    to_at as end_at,
    {{ seconds_between('from_at', 'to_at') }} as seconds
from pieces
