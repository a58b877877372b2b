-- The breaks of a period in order, counted once among those that are long enough and once among all that were no rest.
with ordered as (
    select
        breaks.*,
        required.rule_id,
        breaks.seconds >= required.minimum_minutes * 60 as is_long_enough,
        coalesce(sum(case when breaks.is_paid then 0 else breaks.seconds end) over (
            partition by breaks.company_guid, breaks.work_period_id, required.rule_id
            order by breaks.start_at, breaks.end_at
            rows between unbounded preceding and 1 preceding
        ), 0) as away_seconds
    from {{ ref('int_seven_shifts__period_breaks') }} as breaks
    inner join {{ ref('int_seven_shifts__required_breaks') }} as required
        on required.company_guid = breaks.company_guid and required.work_period_id = breaks.work_period_id
)

select
    *,
    case when is_long_enough then row_number() over (
        partition by company_guid, work_period_id, rule_id, is_long_enough order by start_at, end_at
    ) end as meal_number,
    case when not is_paid or is_long_enough then row_number() over (
        partition by company_guid, work_period_id, rule_id, (not is_paid or is_long_enough) order by start_at, end_at
    ) end as break_number,
    lag(case when is_long_enough then end_at end) over (
        partition by company_guid, work_period_id, rule_id, is_long_enough order by start_at, end_at
    ) as meal_before_at
from ordered
