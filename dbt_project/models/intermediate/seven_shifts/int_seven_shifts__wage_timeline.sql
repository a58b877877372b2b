-- Of all wages of a person the one that counts for a role: the role's own, else the person's own, by the hour or not.
{{ config(materialized='table') }}

with workers as (
    select distinct company_guid, user_id, timezone, coalesce(role_id, 0) as role_key
    from {{ ref('int_seven_shifts__worked_days') }}
    where is_paid
),

windows as (
    select
        workers.company_guid,
        workers.user_id,
        workers.timezone,
        workers.role_key,
        wages.from_at,
        coalesce(wages.to_at, timestamp '9999-01-01') as to_at,
        wages.pay_type,
        wages.wage_cents,
        case when wages.role_id is null then 1 else 0 end as rank
    from workers
    inner join {{ ref('int_seven_shifts__wage_windows') }} as wages
        on wages.company_guid = workers.company_guid
        and wages.user_id = workers.user_id
        and wages.timezone = workers.timezone
        and (wages.role_id is null or wages.role_id = workers.role_key)
),

cuts as (
    select company_guid, user_id, timezone, role_key, timestamp '1900-01-01' as cut_at from workers
    union
    select company_guid, user_id, timezone, role_key, from_at from windows
    union
    select company_guid, user_id, timezone, role_key, to_at from windows where to_at < timestamp '9999-01-01'
),

spans as (
    select
        *,
        coalesce(lead(cut_at) over (
            partition by company_guid, user_id, timezone, role_key order by cut_at
        ), timestamp '9999-01-01') as until_at
    from cuts
),

chosen as (
    select
        spans.*,
        windows.pay_type,
        windows.wage_cents,
        row_number() over (
            partition by spans.company_guid, spans.user_id, spans.timezone, spans.role_key, spans.cut_at
            order by windows.rank, windows.from_at desc
        ) as choice
    from spans
    left join windows
        on windows.company_guid = spans.company_guid
        and windows.user_id = spans.user_id
        and windows.timezone = spans.timezone
        and windows.role_key = spans.role_key
        and windows.from_at <= spans.cut_at
        and windows.to_at > spans.cut_at
)

select company_guid, user_id, timezone, role_key, cut_at as from_at, until_at as to_at, pay_type, wage_cents
from chosen
where choice = 1
