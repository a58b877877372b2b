with pairs as (
    select
        company_guid,
        giver_profile_id,
        receiver_kind,
        receiver_id,
        count(*) as recognitions,
        count(distinct badge_id) as badges,
        min(awarded_at) as first_awarded_at,
        max(awarded_at) as last_awarded_at
    from {{ ref('int_seven_geese__recognition_edges') }}
    where giver_profile_id is not null
    group by company_guid, giver_profile_id, receiver_kind, receiver_id
)

select
    pairs.company_guid,
    pairs.giver_profile_id,
    pairs.receiver_kind,
    pairs.receiver_id,
    giver.full_name as giver_name,
    coalesce(receiver.full_name, department.path) as receiver_name,
    pairs.recognitions,
    pairs.badges,
    pairs.first_awarded_at,
    pairs.last_awarded_at,
    pairs.receiver_kind = 'person' and pairs.giver_profile_id = pairs.receiver_id as is_self,
    back.company_guid is not null and pairs.giver_profile_id <> pairs.receiver_id as is_mutual
from pairs
left join {{ ref('stg_seven_geese__user_profiles') }} as giver
    on giver.company_guid = pairs.company_guid
    and giver.profile_id = pairs.giver_profile_id
left join {{ ref('stg_seven_geese__user_profiles') }} as receiver
    on receiver.company_guid = pairs.company_guid
    and receiver.profile_id = pairs.receiver_id
    and pairs.receiver_kind = 'person'
left join {{ ref('stg_seven_geese__departments') }} as department
    on department.company_guid = pairs.company_guid
    and department.department_id = pairs.receiver_id
    and pairs.receiver_kind = 'department'
left join pairs as back
    on back.company_guid = pairs.company_guid
    and back.giver_profile_id = pairs.receiver_id
    and back.receiver_id = pairs.giver_profile_id
    and back.receiver_kind = 'person'
    and pairs.receiver_kind = 'person'
