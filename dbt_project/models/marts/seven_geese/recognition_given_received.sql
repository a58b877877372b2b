-- One recognition of three people is one given and three received.
with given as (
    select
        recognitions.company_guid,
        recognitions.sender_profile_id as profile_id,
        {{ month_start('recognitions.awarded_at') }} as month,
        count(*) as given
    from {{ ref('stg_seven_geese__recognitions') }} as recognitions
    where recognitions.sender_profile_id is not null and recognitions.awarded_at is not null
    group by 1, 2, 3
),

received as (
    select
        company_guid,
        receiver_id as profile_id,
        {{ month_start('awarded_at') }} as month,
        count(*) as received,
        count(distinct giver_profile_id) as givers
    from {{ ref('int_seven_geese__recognition_edges') }}
    where receiver_kind = 'person' and awarded_at is not null
    group by 1, 2, 3
),

people_thanked as (
    select
        company_guid,
        giver_profile_id as profile_id,
        {{ month_start('awarded_at') }} as month,
        count(distinct receiver_id) as receivers
    from {{ ref('int_seven_geese__recognition_edges') }}
    where receiver_kind = 'person' and giver_profile_id is not null and awarded_at is not null
    group by 1, 2, 3
)

select
    coalesce(given.company_guid, received.company_guid) as company_guid,
    coalesce(given.profile_id, received.profile_id) as profile_id,
    coalesce(given.month, received.month) as month,
    profiles.full_name,
    coalesce(given.given, 0) as given,
    coalesce(people_thanked.receivers, 0) as people_thanked,
    coalesce(received.received, 0) as received,
    coalesce(received.givers, 0) as people_thanking
from given
full outer join received
    on received.company_guid = given.company_guid
    and received.profile_id = given.profile_id
    and received.month = given.month
left join people_thanked
    on people_thanked.company_guid = given.company_guid
    and people_thanked.profile_id = given.profile_id
    and people_thanked.month = given.month
left join {{ ref('stg_seven_geese__user_profiles') }} as profiles
    on profiles.company_guid = coalesce(given.company_guid, received.company_guid)
    and profiles.profile_id = coalesce(given.profile_id, received.profile_id)
