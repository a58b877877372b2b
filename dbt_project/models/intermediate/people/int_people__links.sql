-- Everybody who holds the identifier counts, whether they have left or not: an address shared with a former colleague
-- proves nothing of either.
with shared as (
    select
        users.company_guid,
        users.person_id as user_id,
        profiles.person_id as profile_id,
        users.email_holders = 1 and profiles.email_holders = 1 as is_unique,
        users.is_email_verified and profiles.is_email_verified as is_verified,
        true as is_email
    from {{ ref('int_people__identities') }} as users
    inner join {{ ref('int_people__identities') }} as profiles
        on profiles.company_guid = users.company_guid
        and profiles.email_key = users.email_key
    where users.system = 'seven_shifts' and profiles.system = 'seven_geese'

    union all

    select
        users.company_guid,
        users.person_id as user_id,
        profiles.person_id as profile_id,
        users.employee_id_holders = 1 and profiles.employee_id_holders = 1 as is_unique,
        true as is_verified,
        false as is_email
    from {{ ref('int_people__identities') }} as users
    inner join {{ ref('int_people__identities') }} as profiles
        on profiles.company_guid = users.company_guid
        and profiles.employee_id = users.employee_id
    where users.system = 'seven_shifts' and profiles.system = 'seven_geese'
)

select
    company_guid,
    user_id,
    profile_id,
    bool_or(is_email and is_unique and is_verified) as is_same_email,
    bool_or(not is_email and is_unique) as is_same_employee_id,
    bool_or(is_unique and is_verified) as is_proof,
    bool_or(is_unique) as is_lead,
    bool_or(not is_unique) as is_ambiguous,
    bool_or(is_unique and not is_verified) as is_unverified
from shared
group by company_guid, user_id, profile_id
