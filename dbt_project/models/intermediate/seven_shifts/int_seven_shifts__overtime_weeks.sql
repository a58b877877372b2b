-- An hour is overtime once: the weekly limit is held against the hours that no daily rule counted already.
with days as (
    select
        *,
        case when double_limit is null then 0 else greatest(seconds - double_limit, 0) end as double_seconds,
        case when daily_limit is null then 0 else greatest(least(seconds, double_limit) - daily_limit, 0) end as daily_seconds
    from {{ ref('int_seven_shifts__work_weeks') }}
),

weeks as (
    select
        company_guid,
        user_id,
        week_start,
        min(location_id) as location_id,
        min(jurisdiction) as jurisdiction,
        min(weekly_limit) as weekly_limit,
        count(*) as days_worked,
        cast(sum(seconds) as bigint) as paid_seconds,
        cast(sum(double_seconds) as bigint) as double_time_seconds,
        cast(sum(daily_seconds) as bigint) as daily_overtime_seconds
    from days
    group by company_guid, user_id, week_start
)

select
    *,
    greatest(paid_seconds - double_time_seconds - daily_overtime_seconds - coalesce(weekly_limit, paid_seconds), 0)
        as weekly_overtime_seconds
from weeks
