-- A day begins at another moment in every time zone. A rate ends where the next one for the same role begins.
with zones as (
    select company_guid, timezone from {{ ref('stg_seven_shifts__locations') }}
    union
    select company_guid, 'UTC' from {{ ref('stg_seven_shifts__users') }}
),

begun as (
    select
        versions.*,
        zones.timezone,
        greatest(
            {{ local_midnight('versions.effective_on', 'zones.timezone') }},
            coalesce(versions.edited_at, timestamp '1900-01-01')
        ) as from_at
    from {{ ref('int_seven_shifts__wage_versions') }} as versions
    inner join zones on zones.company_guid = versions.company_guid
),

followed as (
    select
        *,
        lead(from_at) over (
            partition by company_guid, user_id, coalesce(role_id, 0), timezone
            order by from_at, effective_on, wage_id, version
        ) as next_from_at
    from begun
)

select
    company_guid,
    user_id,
    wage_id,
    version,
    timezone,
    role_id,
    pay_type,
    wage_cents,
    wage,
    effective_on,
    edited_at,
    from_at,
    least(coalesce(next_from_at, ended_at), coalesce(ended_at, next_from_at)) as to_at
from followed
where from_at < least(
    coalesce(next_from_at, ended_at, timestamp '9999-01-01'), coalesce(ended_at, timestamp '9999-01-01')
)
