-- A date has the wage that is in force when it ends, in the time zone of the person's own location.
with dated as (
    select
        wages.*,
        {{ local_date('wages.from_at', 'wages.timezone') }} as in_force_from,
        {{ local_date('wages.to_at', 'wages.timezone') }} as in_force_to
    from {{ ref('int_seven_shifts__wage_windows') }} as wages
    inner join {{ ref('int_seven_shifts__homes') }} as homes
        on homes.company_guid = wages.company_guid
        and homes.user_id = wages.user_id
        and homes.timezone = wages.timezone
)

select
    dated.company_guid,
    dated.user_id,
    users.employee,
    dated.wage_id,
    dated.version,
    dated.role_id,
    roles.name as role,
    dated.pay_type,
    case when dated.pay_type = 'hourly' then dated.wage end as hourly_wage,
    case when dated.pay_type = 'weekly_salary' then dated.wage end as weekly_salary,
    dated.effective_on,
    dated.edited_at,
    dated.in_force_from,
    dated.in_force_to,
    dated.from_at <= {{ as_of() }} and (dated.to_at is null or dated.to_at > {{ as_of() }}) as is_current,
    dated.from_at > {{ as_of() }} as is_upcoming
from dated
{{ person_name('dated') }}
left join {{ ref('stg_seven_shifts__roles') }} as roles
    on roles.company_guid = dated.company_guid and roles.role_id = dated.role_id
