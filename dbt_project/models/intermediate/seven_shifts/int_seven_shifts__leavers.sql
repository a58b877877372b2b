-- 7shifts sends no date of leaving with a person: the last day they worked is the best there is.
with worked as (
    select company_guid, user_id, max(business_date) as last_worked_on
    from {{ ref('int_seven_shifts__worked_days') }}
    where is_paid
    group by company_guid, user_id
)

select
    users.company_guid,
    users.user_id,
    worked.last_worked_on,
    coalesce(users.hire_date, cast(users.created_at as date), cast({{ as_of() }} as date)) as joined_on,
    case when users.hire_date is not null then 'hire_date' else 'account_created' end as joined_basis,
    case when not users.is_active then greatest(
        coalesce(worked.last_worked_on, cast(users.modified_at as date)),
        coalesce(users.hire_date, cast(users.created_at as date), cast({{ as_of() }} as date))
    ) end as left_on,
    case when not users.is_active then
        case when worked.last_worked_on is not null then 'last_worked' else 'account_modified' end
    end as left_basis
from {{ ref('stg_seven_shifts__users') }} as users
left join worked on worked.company_guid = users.company_guid and worked.user_id = users.user_id
