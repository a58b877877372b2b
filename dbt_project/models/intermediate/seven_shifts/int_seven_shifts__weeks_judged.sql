-- Weeks with work and the present week with shifts ahead, with the rule and the pay of each.
with weeks as (
    select
        coalesce(worked.company_guid, ahead.company_guid) as company_guid,
        coalesce(worked.user_id, ahead.user_id) as user_id,
        coalesce(worked.week_start, ahead.week_start) as week_start,
        coalesce(worked.location_id, ahead.location_id) as location_id,
        coalesce(worked.days_worked, 0) as days_worked,
        coalesce(worked.paid_seconds, 0) as paid_seconds,
        coalesce(worked.daily_overtime_seconds, 0) as daily_seconds,
        coalesce(worked.weekly_overtime_seconds, 0) as weekly_seconds,
        coalesce(worked.daily_overtime_seconds + worked.weekly_overtime_seconds, 0) as overtime_seconds,
        coalesce(worked.double_time_seconds, 0) as double_seconds,
        coalesce(ahead.scheduled_seconds, 0) as ahead_seconds
    from {{ ref('int_seven_shifts__overtime_weeks') }} as worked
    full outer join {{ ref('int_seven_shifts__week_ahead') }} as ahead
        on ahead.company_guid = worked.company_guid
        and ahead.user_id = worked.user_id
        and ahead.week_start = worked.week_start
)

select
    weeks.*,
    places.location,
    places.jurisdiction,
    coalesce(pay.is_salaried, salaries.user_id is not null) as is_salaried,
    coalesce(pay.cent_seconds, 0) as cent_seconds,
    coalesce(pay.unpriced_seconds, 0) as unpriced_seconds,
    greatest(
        weeks.overtime_seconds + weeks.double_seconds,
        case when weeks.ahead_seconds > 0
            then coalesce(weeks.paid_seconds + weeks.ahead_seconds - rules.weekly_hours * 3600, 0) else 0 end
    ) as projected_seconds,
    {{ local_date(as_of(), "coalesce(places.timezone, 'UTC')") }} >= {{ plus_days('weeks.week_start', 7) }} as is_complete
from weeks
left join {{ ref('int_seven_shifts__places') }} as places
    on places.company_guid = weeks.company_guid and places.location_id = weeks.location_id
left join {{ ref('overtime_rules') }} as rules on rules.jurisdiction = places.jurisdiction
left join {{ ref('int_seven_shifts__weekly_pay') }} as pay
    on pay.company_guid = weeks.company_guid and pay.user_id = weeks.user_id and pay.week_start = weeks.week_start
left join {{ ref('employees') }} as salaries
    on salaries.company_guid = weeks.company_guid and salaries.user_id = weeks.user_id
    and salaries.pay_type = 'weekly_salary'
