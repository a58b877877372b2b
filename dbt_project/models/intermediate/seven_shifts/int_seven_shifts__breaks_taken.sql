-- What was taken of each required break: the one in its place, and the stretches of work around all of them.
with breaks as (
    select * from {{ ref('int_seven_shifts__meal_breaks') }}
)

select
    required.company_guid, required.work_period_id, required.rule_id,
    max(case when breaks.meal_number = required.break_number then breaks.start_at end) as meal_at,
    max(case when breaks.meal_number = required.break_number then breaks.seconds end) as meal_seconds,
    max(case when breaks.meal_number = required.break_number then breaks.away_seconds end) as away_seconds,
    max(case when breaks.break_number = required.break_number then breaks.start_at end) as break_at,
    max(case when breaks.break_number = required.break_number then breaks.seconds end) as break_seconds,
    coalesce(max(breaks.meal_number), 0) as meals,
    max(case when breaks.is_long_enough then {{ seconds_between('coalesce(breaks.meal_before_at, required.started_at)', 'breaks.start_at') }} end) as stretch_before,
    max(case when breaks.is_long_enough then breaks.end_at end) as last_meal_end_at
from {{ ref('int_seven_shifts__required_breaks') }} as required
left join breaks
    on breaks.company_guid = required.company_guid
    and breaks.work_period_id = required.work_period_id
    and breaks.rule_id = required.rule_id
group by required.company_guid, required.work_period_id, required.rule_id
