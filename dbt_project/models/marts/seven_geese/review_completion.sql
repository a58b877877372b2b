select
    progress.company_guid,
    progress.review_cycle_id,
    coalesce(progress.state_code, -1) as state_code,
    min(progress.cycle_title) as cycle_title,
    min(progress.state) as state,
    min(progress.waiting_for) as waiting_for,
    min(steps.display_order) as display_order,
    bool_and(progress.is_published) as is_published,
    min(progress.starts_at) as starts_at,
    max(progress.ends_at) as ends_at,
    count(*) as reviews,
    count(*) filter (where progress.is_overdue) as reviews_overdue,
    count(*) filter (where progress.is_unseen) as reviews_unseen,
    max(progress.days_in_step) as longest_days_in_step,
    cast(
        100.0 * count(*) / sum(count(*)) over (partition by progress.company_guid, progress.review_cycle_id)
        as decimal(5, 2)
    ) as percent_of_cycle
from {{ ref('review_progress') }} as progress
left join {{ ref('seven_geese_review_steps') }} as steps
    on steps.state_code = progress.state_code
where progress.review_cycle_id is not null
group by progress.company_guid, progress.review_cycle_id, coalesce(progress.state_code, -1)
