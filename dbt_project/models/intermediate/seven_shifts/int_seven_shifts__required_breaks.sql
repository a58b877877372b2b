-- A table: three models read it, and it is a part of all periods only.
{{ config(materialized='table') }}

with periods as (
    select
        periods.company_guid,
        periods.work_period_id,
        min(periods.user_id) as user_id,
        min(case when periods.time_punch_id = periods.work_period_id then periods.location_id end) as location_id,
        min(periods.business_date) as business_date,
        min(case when periods.time_punch_id = periods.work_period_id then periods.jurisdiction end) as jurisdiction,
        min(periods.clocked_in_at) as started_at,
        max(periods.clocked_out_at) as ended_at,
        cast(sum(paid.paid_seconds) as bigint) as paid_seconds
    from {{ ref('int_seven_shifts__work_periods') }} as periods
    inner join {{ ref('int_seven_shifts__paid_punches') }} as paid
        on paid.company_guid = periods.company_guid and paid.time_punch_id = periods.time_punch_id
    group by periods.company_guid, periods.work_period_id
)

select
    periods.*,
    rules.rule_id,
    rules.break_number,
    rules.minimum_minutes,
    rules.start_by_hours,
    rules.longest_stretch_hours,
    periods.paid_seconds <= rules.waivable_until_hours * 3600 as is_short_enough_to_waive
from periods
inner join {{ ref('break_rules') }} as rules on rules.jurisdiction = periods.jurisdiction
where periods.paid_seconds > rules.after_hours * 3600
