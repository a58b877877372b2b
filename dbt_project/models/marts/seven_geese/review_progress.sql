with judged as (
    select
        steps.*,
        steps.is_published and not steps.is_finalized and not steps.is_unseen
            and steps.is_cycle_known and not steps.is_cycle_complete as is_judged,
        coalesce(steps.ends_at < {{ as_of() }}, false) as is_past_end,
        coalesce(
            steps.step_since
            < {{ dbt.dateadd('day', '-' ~ var('seven_geese_review_step_days'), as_of()) }}, false
        ) as is_step_too_long
    from {{ ref('int_seven_geese__review_steps') }} as steps
)

select
    judged.company_guid,
    judged.review_id,
    judged.review_cycle_id,
    judged.cycle_title,
    judged.is_published,
    judged.is_cycle_complete,
    judged.for_profile_id,
    profiles.full_name as for_name,
    judged.state_code,
    judged.state,
    judged.waiting_for,
    judged.waiting_for_profile_id,
    waited_for.full_name as waiting_for_name,
    judged.starts_at,
    judged.ends_at,
    judged.step_since,
    case when not judged.is_finalized then {{ days_from('judged.step_since', as_of()) }} end as days_in_step,
    judged.is_finalized,
    judged.is_judged and (judged.is_past_end or judged.is_step_too_long) as is_overdue,
    case
        when not judged.is_judged then null
        when judged.is_past_end then 'cycle has ended'
        when judged.is_step_too_long then 'step takes too long'
    end as overdue_reason,
    judged.is_unseen
from judged
left join {{ ref('stg_seven_geese__user_profiles') }} as profiles
    on profiles.company_guid = judged.company_guid
    and profiles.profile_id = judged.for_profile_id
left join {{ ref('stg_seven_geese__user_profiles') }} as waited_for
    on waited_for.company_guid = judged.company_guid
    and waited_for.profile_id = judged.waiting_for_profile_id
