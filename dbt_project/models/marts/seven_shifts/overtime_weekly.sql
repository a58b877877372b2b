with judged as (
    select *, paid_seconds - unpriced_seconds as priced_seconds from {{ ref('int_seven_shifts__weeks_judged') }}
)

select
    judged.company_guid,
    judged.user_id,
    users.employee,
    judged.week_start,
    judged.location_id,
    judged.location,
    judged.jurisdiction,
    judged.is_salaried,
    judged.is_complete,
    judged.days_worked,
    judged.paid_seconds,
    {{ hours('judged.paid_seconds') }} as paid_hours,
    judged.paid_seconds - judged.overtime_seconds - judged.double_seconds as regular_seconds,
    judged.daily_seconds as daily_overtime_seconds,
    judged.weekly_seconds as weekly_overtime_seconds,
    judged.overtime_seconds,
    {{ hours('judged.overtime_seconds') }} as overtime_hours,
    judged.double_seconds as double_time_seconds,
    {{ hours('judged.double_seconds') }} as double_time_hours,
    {{ pay('judged.cent_seconds') }} as straight_pay,
    case when judged.priced_seconds > 0 and not judged.is_salaried
        then {{ cents(rounded_share('judged.cent_seconds', 'judged.priced_seconds')) }} end as regular_rate,
    case when judged.priced_seconds > 0 and not judged.is_salaried
        then {{ cents(rounded_share('judged.cent_seconds * (judged.overtime_seconds + 2 * judged.double_seconds)', '(7200 * judged.priced_seconds)')) }}
        when not judged.is_salaried and judged.overtime_seconds + judged.double_seconds = 0 then 0 end as overtime_premium,
    judged.unpriced_seconds,
    judged.ahead_seconds as scheduled_seconds_ahead,
    judged.projected_seconds as projected_overtime_seconds,
    {{ hours('judged.projected_seconds') }} as projected_overtime_hours
from judged
{{ person_name('judged') }}
