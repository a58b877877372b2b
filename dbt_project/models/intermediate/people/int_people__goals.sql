with objectives as (
    select
        owners.company_guid,
        owners.profile_id,
        count(*) filter (where progress.is_open) as open_objectives,
        count(*) filter (where progress.is_at_risk) as at_risk,
        count(*) filter (where progress.is_without_checkin) as without_checkin
    from {{ ref('stg_seven_geese__objective_owners') }} as owners
    inner join {{ ref('objective_progress') }} as progress
        on progress.company_guid = owners.company_guid
        and progress.objective_id = owners.objective_id
    group by owners.company_guid, owners.profile_id
),

acts as (
    select
        company_guid,
        profile_id,
        max(acted_at) filter (where act = 'check-in') as last_checkin_at,
        max(acted_at) filter (where act = 'one-on-one') as last_one_on_one_at,
        count(*) filter (where act = 'recognition' and acted_at > {{ dbt.dateadd('day', -90, as_of()) }})
            as recognitions_given
    from {{ ref('int_seven_geese__acts') }}
    where acted_at <= {{ as_of() }}
    group by company_guid, profile_id
),

received as (
    select company_guid, receiver_id as profile_id, count(*) as recognitions_received
    from {{ ref('int_seven_geese__recognition_edges') }}
    where receiver_kind = 'person'
        and awarded_at > {{ dbt.dateadd('day', -90, as_of()) }} and awarded_at <= {{ as_of() }}
    group by company_guid, receiver_id
)

select
    profiles.company_guid,
    profiles.profile_id,
    coalesce(objectives.open_objectives, 0) as open_objectives,
    coalesce(objectives.at_risk, 0) as objectives_at_risk,
    coalesce(objectives.without_checkin, 0) as objectives_without_checkin,
    acts.last_checkin_at,
    acts.last_one_on_one_at,
    coalesce(acts.recognitions_given, 0) as recognitions_given,
    coalesce(received.recognitions_received, 0) as recognitions_received
from {{ ref('stg_seven_geese__user_profiles') }} as profiles
left join objectives
    on objectives.company_guid = profiles.company_guid and objectives.profile_id = profiles.profile_id
left join acts on acts.company_guid = profiles.company_guid and acts.profile_id = profiles.profile_id
left join received
    on received.company_guid = profiles.company_guid and received.profile_id = profiles.profile_id
