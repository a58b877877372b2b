-- Only an open objective is judged, and only one that is listed to who reads now: nobody knows how the others stand.
with dated as (
    select
        objectives.*,
        not objectives.is_closed and not objectives.is_draft as is_open,
        not objectives.is_closed and not objectives.is_draft and not objectives.is_unseen as is_judged,
        coalesce(objectives.progress_percent >= 100, false) as is_reached,
        activity.waiting_since,
        {{ days_from('objectives.starts_at', as_of()) }} as days_gone,
        {{ days_from('objectives.starts_at', 'objectives.due_at') }} as days_planned
    from {{ ref('stg_seven_geese__objectives') }} as objectives
    left join {{ ref('int_seven_geese__objective_activity') }} as activity
        on activity.company_guid = objectives.company_guid
        and activity.objective_id = objectives.objective_id
),

expected as (
    select
        dated.*,
        case when days_planned > 0 then least(100, greatest(0, 100 * days_gone / days_planned)) end
            as expected_progress_percent
    from dated
)

select
    company_guid,
    objective_id,
    is_open,
    is_reached,
    cast(expected_progress_percent as double precision) as expected_progress_percent,
    {{ days_from('waiting_since', as_of()) }} as days_without_checkin,
    is_judged and coalesce(
        waiting_since < {{ dbt.dateadd('day', '-' ~ var('seven_geese_checkin_days'), as_of()) }}, false
    ) as is_without_checkin,
    is_judged and coalesce(assessment_code = 2, false) as is_off_track,
    is_judged and not is_reached and coalesce(due_at < {{ as_of() }}, false) as is_overdue,
    is_judged and not is_reached and coalesce(
        progress_percent < expected_progress_percent - {{ var('seven_geese_behind_points') }}, false
    ) as is_behind
from expected
