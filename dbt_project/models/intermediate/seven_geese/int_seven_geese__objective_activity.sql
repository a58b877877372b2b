with checkins as (
    select
        company_guid,
        objective_id,
        count(*) as checkin_count,
        max(created_at) as last_checkin_at
    from {{ ref('stg_seven_geese__objective_checkins') }}
    group by company_guid, objective_id
),

owners as (
    select
        owner.company_guid,
        owner.objective_id,
        count(*) as owner_count,
        {{ dbt.listagg("profile.full_name", "', '", "order by profile.full_name") }} as owner_names
    from {{ ref('stg_seven_geese__objective_owners') }} as owner
    left join {{ ref('stg_seven_geese__user_profiles') }} as profile
        on profile.company_guid = owner.company_guid
        and profile.profile_id = owner.profile_id
    group by owner.company_guid, owner.objective_id
)

select
    objectives.company_guid,
    objectives.objective_id,
    coalesce(owners.owner_count, 0) as owner_count,
    owners.owner_names,
    coalesce(checkins.checkin_count, 0) as checkin_count,
    checkins.last_checkin_at,
    -- Without a check-in the wait began when the objective did, or when it was made, whichever was later.
    coalesce(
        checkins.last_checkin_at,
        greatest(
            coalesce(objectives.starts_at, objectives.created_at),
            coalesce(objectives.created_at, objectives.starts_at)
        )
    ) as waiting_since
from {{ ref('stg_seven_geese__objectives') }} as objectives
left join owners
    on owners.company_guid = objectives.company_guid
    and owners.objective_id = objectives.objective_id
left join checkins
    on checkins.company_guid = objectives.company_guid
    and checkins.objective_id = objectives.objective_id
