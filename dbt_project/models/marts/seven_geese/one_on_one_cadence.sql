with meetings as (
    select
        company_guid,
        facilitator_profile_id,
        participant_profile_id,
        coalesce(status_code = 1, false) as is_held,
        coalesce(starts_at, completed_at) as met_at
    from {{ ref('stg_seven_geese__one_on_ones') }}
    where not is_deleted and facilitator_profile_id is not null and participant_profile_id is not null
),

pairs as (
    select
        company_guid,
        facilitator_profile_id,
        participant_profile_id,
        count(*) filter (where is_held) as meetings_held,
        min(met_at) filter (where is_held) as first_held_at,
        max(met_at) filter (where is_held) as last_held_at,
        count(*) filter (where not is_held and met_at >= {{ as_of() }}) as meetings_planned,
        min(met_at) filter (where not is_held and met_at >= {{ as_of() }}) as next_planned_at,
        count(*) filter (where not is_held and met_at < {{ as_of() }}) as meetings_missed
    from meetings
    group by company_guid, facilitator_profile_id, participant_profile_id
)

select
    pairs.company_guid,
    pairs.facilitator_profile_id,
    pairs.participant_profile_id,
    facilitator.full_name as facilitator_name,
    participant.full_name as participant_name,
    coalesce(facilitator.is_active, true) and coalesce(participant.is_active, true) as is_active_pair,
    pairs.meetings_held,
    pairs.meetings_planned,
    pairs.meetings_missed,
    pairs.first_held_at,
    pairs.last_held_at,
    pairs.next_planned_at,
    case when pairs.meetings_held > 1
        then {{ days_from('pairs.first_held_at', 'pairs.last_held_at') }} / (pairs.meetings_held - 1) end
        as average_days_between,
    {{ days_from('pairs.last_held_at', as_of()) }} as days_since_last,
    coalesce(facilitator.is_active, true) and coalesce(participant.is_active, true)
    and pairs.next_planned_at is null
    and coalesce(
        pairs.last_held_at
        < {{ dbt.dateadd('day', '-' ~ var('seven_geese_one_on_one_days'), as_of()) }}, false
    ) as is_lapsed
from pairs
left join {{ ref('stg_seven_geese__user_profiles') }} as facilitator
    on facilitator.company_guid = pairs.company_guid
    and facilitator.profile_id = pairs.facilitator_profile_id
left join {{ ref('stg_seven_geese__user_profiles') }} as participant
    on participant.company_guid = pairs.company_guid
    and participant.profile_id = pairs.participant_profile_id
