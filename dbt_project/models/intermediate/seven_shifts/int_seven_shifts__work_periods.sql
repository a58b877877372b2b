-- Clocking out for lunch and in again is a break, not the end of work. A table: three models read it.
{{ config(materialized='table') }}

with punches as (
    select
        *,
        max(coalesce(clocked_out_at, clocked_in_at)) over (
            partition by company_guid, user_id
            order by clocked_in_at, time_punch_id
            rows between unbounded preceding and 1 preceding
        ) as out_before_at
    from {{ ref('int_seven_shifts__punches') }}
),

numbered as (
    select
        *,
        sum(case when clocked_in_at <= {{ plus_minutes('out_before_at', var('work_period_gap_minutes')) }} then 0 else 1 end) over (
            partition by company_guid, user_id
            order by clocked_in_at, time_punch_id
            rows between unbounded preceding and current row
        ) as period
    from punches
),

named as (
    select
        *,
        first_value(time_punch_id) over (
            partition by company_guid, user_id, period order by clocked_in_at, time_punch_id
        ) as work_period_id,
        max(case when clocked_out_at is null then 1 else 0 end) over (
            partition by company_guid, user_id, period
        ) = 1 as is_open
    from numbered
)

select
    company_guid,
    work_period_id,
    time_punch_id,
    user_id,
    location_id,
    jurisdiction,
    business_date,
    clocked_in_at,
    clocked_out_at,
    case when work_period_id <> time_punch_id and clocked_in_at > out_before_at then out_before_at end as away_since_at
from named
where not is_open
