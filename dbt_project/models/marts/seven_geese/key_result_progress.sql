with owners as (
    select
        company_guid,
        objective_id,
        key_result_id,
        count(*) as owner_count
    from {{ ref('stg_seven_geese__key_result_owners') }}
    group by company_guid, objective_id, key_result_id
)

select
    results.company_guid,
    results.objective_id,
    results.key_result_id,
    results.name,
    objectives.name as objective_name,
    not objectives.is_closed and not objectives.is_draft as is_objective_open,
    results.measure,
    results.starting_value,
    results.current_value,
    results.target_value,
    case
        when results.target_value < results.starting_value then 'down'
        when results.target_value > results.starting_value then 'up'
    end as direction,
    results.progress_percent,
    coalesce(results.progress_percent >= 100, false) as is_reached,
    results.weight,
    coalesce(owners.owner_count, 0) as owner_count,
    results.updated_at,
    {{ days_from('results.updated_at', as_of()) }} as days_since_update,
    results.is_unseen
from {{ ref('stg_seven_geese__key_results') }} as results
inner join {{ ref('stg_seven_geese__objectives') }} as objectives
    on objectives.company_guid = results.company_guid
    and objectives.objective_id = results.objective_id
left join owners
    on owners.company_guid = results.company_guid
    and owners.objective_id = results.objective_id
    and owners.key_result_id = results.key_result_id
