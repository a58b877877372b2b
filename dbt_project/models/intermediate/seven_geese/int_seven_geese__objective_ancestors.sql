{{ config(materialized="table") }} -- read three times below, and each time it would climb anew

-- The walk ends where an objective comes back to itself, and after a number of steps: a circle further up would never
-- end by itself. A link to an objective that is not there (deleted, or never shown) leads nowhere.
with recursive links as (
    select
        link.company_guid,
        link.objective_id,
        link.parent_objective_id
    from {{ ref('stg_seven_geese__objective_parents') }} as link
    inner join {{ ref('stg_seven_geese__objectives') }} as parent
        on parent.company_guid = link.company_guid
        and parent.objective_id = link.parent_objective_id
),

climbed as (
    select
        company_guid,
        objective_id,
        parent_objective_id as ancestor_objective_id,
        1 as steps
    from links

    union

    select
        climbed.company_guid,
        climbed.objective_id,
        links.parent_objective_id as ancestor_objective_id,
        climbed.steps + 1 as steps
    from climbed
    inner join links
        on links.company_guid = climbed.company_guid
        and links.objective_id = climbed.ancestor_objective_id
    where climbed.ancestor_objective_id <> climbed.objective_id
        and climbed.steps < {{ var('seven_geese_alignment_steps') }}
)

select
    company_guid,
    objective_id,
    ancestor_objective_id,
    min(steps) as steps
from climbed
group by company_guid, objective_id, ancestor_objective_id
