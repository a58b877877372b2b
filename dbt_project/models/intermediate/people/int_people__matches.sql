-- Identifiers that lead to different people prove nothing, even if one of them is only an address nobody verified: none
-- of those concerned is matched. An identifier that several people hold leads to nobody, and contradicts nothing.
with leads as (
    select
        links.*,
        count(*) over (partition by company_guid, user_id) as profiles_led_to,
        count(*) over (partition by company_guid, profile_id) as users_led_to
    from {{ ref('int_people__links') }} as links
    where is_lead
)

select
    company_guid,
    user_id,
    profile_id,
    profiles_led_to > 1 or users_led_to > 1 as is_contradiction,
    case
        when is_same_email and is_same_employee_id then 'email and employee id'
        when is_same_email then 'verified email'
        else 'employee id'
    end as match_rule,
    case
        when is_same_email and is_same_employee_id then 'very high'
        when is_same_email then 'high'
        else 'medium'
    end as match_confidence
from leads
where is_proof
