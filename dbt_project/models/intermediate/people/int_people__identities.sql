-- An e-mail address proves something only if somebody showed that it is theirs: in 7shifts by accepting the invitation
-- sent to it; in 7Geese it is the login, unless mail to it came back. A keyed hash compares like the address itself.
with people as (
    select
        company_guid,
        'seven_shifts' as system,
        user_id as person_id,
        email as email_key,
        coalesce(invite_status = 'accepted', false) as is_email_verified,
        employee_id
    from {{ ref('stg_seven_shifts__users') }}

    union all

    select
        company_guid,
        'seven_geese' as system,
        profile_id as person_id,
        email_key,
        not is_email_bounced as is_email_verified,
        employee_id
    from {{ ref('stg_seven_geese__user_profiles') }}
),

systems as (
    select company_guid, count(distinct system) as systems
    from people
    group by company_guid
)

select
    people.*,
    count(email_key) over (partition by people.company_guid, system, email_key) as email_holders,
    count(employee_id) over (partition by people.company_guid, system, employee_id) as employee_id_holders,
    systems.systems > 1 as is_company_in_both
from people
inner join systems on systems.company_guid = people.company_guid
