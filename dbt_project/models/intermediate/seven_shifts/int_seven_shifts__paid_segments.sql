-- Paid time, cut where the wage that counts changes. A table: cost, overtime and their tests read it.
{{ config(materialized='table') }}

with segments as (
    select
        pieces.company_guid,
        pieces.business_date,
        pieces.time_punch_id,
        pieces.user_id,
        pieces.location_id,
        pieces.department_id,
        pieces.role_id,
        pieces.is_approved,
        pieces.hourly_wage_cents,
        greatest(pieces.start_at, wages.from_at) as start_at,
        least(pieces.end_at, wages.to_at) as end_at,
        wages.pay_type,
        wages.wage_cents
    from {{ ref('int_seven_shifts__worked_days') }} as pieces
    inner join {{ ref('int_seven_shifts__wage_timeline') }} as wages
        on wages.company_guid = pieces.company_guid
        and wages.user_id = pieces.user_id
        and wages.timezone = pieces.timezone
        and wages.role_key = coalesce(pieces.role_id, 0)
        and wages.from_at < pieces.end_at
        and wages.to_at > pieces.start_at
    where pieces.is_paid
)

select
    company_guid,
    business_date,
    time_punch_id,
    user_id,
    location_id,
    department_id,
    role_id,
    is_approved,
    start_at,
    end_at,
    {{ seconds_between('start_at', 'end_at') }} as seconds,
    case
        when pay_type = 'hourly' then 'wage'
        when pay_type = 'weekly_salary' then 'salary'
        when hourly_wage_cents is not null then 'punch'
        else 'none'
    end as wage_source,
    case
        when pay_type = 'hourly' then wage_cents
        when pay_type is null then coalesce(hourly_wage_cents, 0)
        else 0
    end as cents_per_hour
from segments
