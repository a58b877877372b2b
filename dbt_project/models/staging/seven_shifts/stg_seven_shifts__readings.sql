-- A row of a load that did not complete says nothing: its tables may be missing.
select
    logs.company_guid,
    logs.resource,
    {{ utc_second('logs.scan_started_at') }} as started_at,
    -- of a first load that is cut into windows each one reaches as far as its end
    {{ utc_second('least(logs.scan_started_at, coalesce(logs.window_end, logs.scan_started_at))') }} as reaches_to_at
from {{ source('seven_shifts', 'sync_log') }} as logs
inner join {{ source('seven_shifts', '_dlt_loads') }} as loads
    on loads.load_id = logs._dlt_load_id and loads.schema_name = 'seven_shifts' and loads.status = 0
where logs.status = 'ok' and logs.scan_started_at is not null
