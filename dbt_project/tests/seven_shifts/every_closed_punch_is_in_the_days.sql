{{ config(enabled=var('seven_shifts')) }}
-- The days of a punch last as long as the punch.
with days as (
    select company_guid, time_punch_id, sum(seconds) as seconds
    from {{ ref('int_seven_shifts__worked_days') }}
    group by company_guid, time_punch_id
)

select punches.company_guid, punches.time_punch_id
from {{ ref('int_seven_shifts__punches') }} as punches
left join days on days.company_guid = punches.company_guid and days.time_punch_id = punches.time_punch_id
where punches.clocked_out_at > punches.clocked_in_at
    and coalesce(days.seconds, 0) <> {{ seconds_between('punches.clocked_in_at', 'punches.clocked_out_at') }}
