with wages as (
    select
        wages.company_guid,
        wages.user_id,
        max(case when wages.pay_type = 'weekly_salary' then wages.wage end) as weekly_salary,
        max(case when wages.pay_type = 'hourly' and wages.role_id = homes.role_id then wages.wage end) as role_wage,
        max(case when wages.pay_type = 'hourly' and wages.role_id is null then wages.wage end) as own_wage
    from {{ ref('int_seven_shifts__wage_windows') }} as wages
    inner join {{ ref('int_seven_shifts__homes') }} as homes
        on homes.company_guid = wages.company_guid
        and homes.user_id = wages.user_id
        and homes.timezone = wages.timezone
    where wages.from_at <= {{ as_of() }} and (wages.to_at is null or wages.to_at > {{ as_of() }})
    group by wages.company_guid, wages.user_id
)

select
    users.company_guid,
    users.user_id,
    users.employee,
    users.email,
    users.employee_id,
    users.user_type,
    users.is_active,
    {{ place_columns('homes') }},
    homes.roles,
    case
        when wages.weekly_salary is not null then 'weekly_salary'
        when coalesce(wages.role_wage, wages.own_wage) is not null then 'hourly'
    end as pay_type,
    coalesce(wages.role_wage, wages.own_wage) as hourly_wage,
    wages.weekly_salary,
    leavers.joined_on,
    leavers.joined_basis,
    leavers.left_on,
    leavers.left_basis,
    leavers.last_worked_on,
    greatest({{ days_between('leavers.joined_on', "coalesce(leavers.left_on, cast(" ~ as_of() ~ " as date))") }}, 0) as tenure_days
from {{ ref('stg_seven_shifts__users') }} as users
inner join {{ ref('int_seven_shifts__homes') }} as homes
    on homes.company_guid = users.company_guid and homes.user_id = users.user_id
inner join {{ ref('int_seven_shifts__leavers') }} as leavers
    on leavers.company_guid = users.company_guid and leavers.user_id = users.user_id
left join wages on wages.company_guid = users.company_guid and wages.user_id = users.user_id
{{ place_names('homes') }}
