{{ config(enabled=var('seven_shifts')) }}
-- No second is lost or doubled between days, weeks and cost.
with counted as (
    select company_guid, sum(paid_seconds) as days, 0 as cost, 0 as weeks
    from {{ ref('worked_hours_daily') }} group by company_guid
    union all
    select company_guid, 0, sum(paid_seconds), 0 from {{ ref('labor_cost_daily') }} group by company_guid
    union all
    select company_guid, 0, 0, sum(paid_seconds) from {{ ref('overtime_weekly') }} group by company_guid
)

select company_guid, sum(days) as days, sum(cost) as cost, sum(weeks) as weeks
from counted
group by company_guid
having sum(days) <> sum(cost) or sum(days) <> sum(weeks)
