-- A top objective serves no other one. Who only serves a circle has no way to the top: no depth, and none is invented.
with served as (
    select
        company_guid,
        objective_id,
        count(*) filter (where steps = 1) as parent_count,
        coalesce(bool_or(ancestor_objective_id = objective_id), false) as is_in_circle
    from {{ ref('int_seven_geese__objective_ancestors') }}
    group by company_guid, objective_id
),

depths as (
    select
        above.company_guid,
        above.objective_id,
        min(above.steps) as alignment_depth
    from {{ ref('int_seven_geese__objective_ancestors') }} as above
    left join served
        on served.company_guid = above.company_guid
        and served.objective_id = above.ancestor_objective_id
    where served.objective_id is null
    group by above.company_guid, above.objective_id
),

children as (
    select
        company_guid,
        ancestor_objective_id as objective_id,
        count(*) as child_count
    from {{ ref('int_seven_geese__objective_ancestors') }}
    where steps = 1
    group by company_guid, ancestor_objective_id
)

select
    objectives.company_guid,
    objectives.objective_id,
    coalesce(served.parent_count, 0) as parent_count,
    coalesce(children.child_count, 0) as child_count,
    case when served.objective_id is null then 0 else depths.alignment_depth end as alignment_depth,
    coalesce(served.is_in_circle, false) as is_in_circle
from {{ ref('stg_seven_geese__objectives') }} as objectives
left join served
    on served.company_guid = objectives.company_guid
    and served.objective_id = objectives.objective_id
left join depths
    on depths.company_guid = objectives.company_guid
    and depths.objective_id = objectives.objective_id
left join children
    on children.company_guid = objectives.company_guid
    and children.objective_id = objectives.objective_id
