{{ config(enabled=var('seven_shifts'), severity='warn') }}
-- Closed punches longer than 14 days or in another century: they have no paid time, somebody has to correct them in 7shifts.
select company_guid, time_punch_id, clocked_in_at, clocked_out_at
from {{ ref('int_seven_shifts__punches') }}
where clocked_out_at > clocked_in_at and not {{ is_possible('clocked_in_at', 'clocked_out_at') }}
