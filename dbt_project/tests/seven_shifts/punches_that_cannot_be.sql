{{ config(enabled=var('seven_shifts'), severity='warn') }}
-- Punches longer than 14 days or in another century count as open: somebody has to correct them in 7shifts.
select company_guid, time_punch_id, clocked_in_at, clocked_out_at
from {{ ref('stg_seven_shifts__time_punches') }}
where not is_deleted and clocked_in_at is not null
    and not {{ is_possible('clocked_in_at', 'coalesce(clocked_out_at, clocked_in_at)') }}
