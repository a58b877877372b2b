-- The vendor tells no deadline of a step, only the end of the cycle and when a step was taken. So the present step began
-- with the last one taken, or with the review where none was; an opened review begins anew with the step that opened it.
with taken as (
    select
        company_guid,
        review_id,
        max(approved_at) as last_step_at
    from {{ ref('stg_seven_geese__review_approvals') }}
    group by company_guid, review_id
)

select
    reviews.company_guid,
    reviews.review_id,
    reviews.review_cycle_id,
    cycles.title as cycle_title,
    cycles.state as cycle_state,
    coalesce(cycles.state_code, 1) <> 0 as is_published,
    coalesce(cycles.is_marked_complete, false) as is_cycle_complete,
    reviews.review_cycle_id is null or coalesce(not cycles.is_unseen, false) as is_cycle_known,
    reviews.for_profile_id,
    reviews.manager_profile_id,
    reviews.state_code,
    coalesce(reviews.state, 'unknown step') as state,
    steps.waiting_for,
    steps.display_order,
    case steps.waiting_for
        when 'employee' then reviews.for_profile_id
        when 'manager' then reviews.manager_profile_id
        when 'skip-level manager' then reviews.skip_level_manager_profile_id
        when 'admin' then reviews.admin_profile_id
    end as waiting_for_profile_id,
    coalesce(reviews.starts_at, cycles.starts_at) as starts_at,
    coalesce(reviews.ends_at, cycles.ends_at) as ends_at,
    coalesce(taken.last_step_at, reviews.starts_at, cycles.starts_at) as step_since,
    coalesce(reviews.state_code = 4, false) as is_finalized,
    reviews.is_unseen
from {{ ref('stg_seven_geese__reviews') }} as reviews
left join {{ ref('stg_seven_geese__review_cycles') }} as cycles
    on cycles.company_guid = reviews.company_guid
    and cycles.review_cycle_id = reviews.review_cycle_id
left join {{ ref('seven_geese_review_steps') }} as steps
    on steps.state_code = reviews.state_code
left join taken
    on taken.company_guid = reviews.company_guid
    and taken.review_id = reviews.review_id
where not reviews.is_deleted
