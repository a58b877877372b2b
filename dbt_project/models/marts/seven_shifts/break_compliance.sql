with taken as (
    select * from {{ ref('int_seven_shifts__breaks_taken') }}
),

measured as (
    select
        required.*,
        coalesce(taken.meal_at, taken.break_at) as break_started_at,
        coalesce(taken.meal_seconds, taken.break_seconds) as break_seconds,
        taken.meal_at,
        taken.break_at,
        required.is_short_enough_to_waive and taken.meals >= required.break_number - 1 as is_waivable,
        {{ plus_minutes('required.started_at', 'required.start_by_hours * 60 + coalesce(taken.away_seconds, 0) / 60.0') }} as due_by_at,
        greatest(
            coalesce(taken.stretch_before, 0),
            {{ seconds_between('coalesce(taken.last_meal_end_at, required.started_at)', 'required.ended_at') }}
        ) as longest_stretch_seconds
    from {{ ref('int_seven_shifts__required_breaks') }} as required
    inner join taken
        on taken.company_guid = required.company_guid
        and taken.work_period_id = required.work_period_id
        and taken.rule_id = required.rule_id
),

judged as (
    select
        *,
        case
            when meal_at <= due_by_at or longest_stretch_seconds <= longest_stretch_hours * 3600 then 'met'
            when is_waivable then 'waivable'
            when meal_at is not null then 'late'
            when break_at is not null then 'short'
            else 'missed'
        end as status
    from measured
)

select
    judged.company_guid,
    judged.work_period_id,
    judged.rule_id,
    judged.user_id,
    users.employee,
    judged.location_id,
    places.location,
    judged.business_date,
    judged.jurisdiction,
    judged.started_at,
    judged.ended_at,
    judged.paid_seconds,
    {{ hours('judged.paid_seconds') }} as paid_hours,
    cast(judged.minimum_minutes as bigint) as required_minutes,
    judged.due_by_at,
    judged.break_started_at,
    {{ whole_minutes('judged.break_seconds') }} as break_minutes,
    judged.longest_stretch_seconds,
    judged.status,
    judged.status in ('late', 'short', 'missed') as is_violation
from judged
{{ person_name('judged') }}
left join {{ ref('int_seven_shifts__places') }} as places
    on places.company_guid = judged.company_guid and places.location_id = judged.location_id
