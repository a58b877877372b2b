with sides as (
    select company_guid, 'seven_shifts' as system, user_id as person_id, user_id, profile_id, is_ambiguous, is_unverified
    from {{ ref('int_people__links') }}

    union all

    select company_guid, 'seven_geese', profile_id, user_id, profile_id, is_ambiguous, is_unverified
    from {{ ref('int_people__links') }}
),

told as (
    select
        sides.company_guid,
        sides.system,
        sides.person_id,
        coalesce(bool_or(not matches.is_contradiction), false) as is_matched,
        coalesce(bool_or(matches.is_contradiction), false) as is_contradiction,
        bool_or(sides.is_ambiguous) as is_ambiguous,
        bool_or(sides.is_unverified) as is_unverified
    from sides
    left join {{ ref('int_people__matches') }} as matches
        on matches.company_guid = sides.company_guid
        and matches.user_id = sides.user_id
        and matches.profile_id = sides.profile_id
    group by sides.company_guid, sides.system, sides.person_id
)

select
    identities.company_guid,
    identities.system,
    identities.person_id,
    case
        when told.is_matched then 'matched'
        when told.is_contradiction then 'contradiction'
        when told.is_ambiguous then 'ambiguous'
        when told.is_unverified then 'unverified email'
        when not identities.is_company_in_both then 'company in one system'
        when identities.email_key is null and identities.employee_id is null then 'no identifier'
        else 'no counterpart'
    end as match_status
from {{ ref('int_people__identities') }} as identities
left join told
    on told.company_guid = identities.company_guid
    and told.system = identities.system
    and told.person_id = identities.person_id
