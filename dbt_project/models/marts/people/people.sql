with matches as (
    select * from {{ ref('int_people__matches') }} where not is_contradiction
),

once as (
    select statuses.company_guid, statuses.match_status, statuses.person_id as user_id, matches.profile_id,
        matches.match_rule, matches.match_confidence
    from {{ ref('int_people__statuses') }} as statuses
    left join matches
        on matches.company_guid = statuses.company_guid
        and matches.user_id = statuses.person_id
    where statuses.system = 'seven_shifts'

    union all

    select company_guid, match_status, null, person_id, null, null
    from {{ ref('int_people__statuses') }}
    where system = 'seven_geese' and match_status <> 'matched'
)

select
    once.company_guid,
    case
        when once.user_id is not null then 'seven_shifts/' || cast(once.user_id as {{ dbt.type_string() }})
        else 'seven_geese/' || cast(once.profile_id as {{ dbt.type_string() }})
    end as person_key,
    once.user_id as seven_shifts_user_id,
    once.profile_id as seven_geese_profile_id,
    coalesce(users.employee, profiles.full_name) as name,
    profiles.position,
    users.is_active as is_active_in_seven_shifts,
    profiles.is_active as is_active_in_seven_geese,
    once.match_status = 'matched' as is_matched,
    once.match_status,
    once.match_rule,
    once.match_confidence
from once
left join {{ ref('stg_seven_shifts__users') }} as users
    on users.company_guid = once.company_guid
    and users.user_id = once.user_id
left join {{ ref('stg_seven_geese__user_profiles') }} as profiles
    on profiles.company_guid = once.company_guid
    and profiles.profile_id = once.profile_id
