-- That a rate went from upcoming to current is no edit; that it was listed again after a while is.
with versions as (
    select
        *,
        lag(valid_from_at) over rate as before_from_at,
        lag(valid_to_at) over rate as before_to_at,
        lag(effective_on) over rate as before_effective_on,
        lag(wage_cents) over rate as before_cents,
        lag(pay_type) over rate as before_type,
        lag(role_id) over rate as before_role
    from {{ ref('stg_seven_shifts__wages_versions') }}
    where effective_on is not null and pay_type in ('hourly', 'weekly_salary')
    window rate as (partition by company_guid, user_id, wage_id order by valid_from_at)
),

ends as (
    select company_guid, user_id, wage_id, max(coalesce(valid_to_at, timestamp '9999-01-01')) as ended_at
    from {{ ref('stg_seven_shifts__wages_versions') }}
    group by company_guid, user_id, wage_id
)

select
    versions.company_guid,
    versions.user_id,
    versions.wage_id,
    row_number() over (
        partition by versions.company_guid, versions.user_id, versions.wage_id order by versions.valid_from_at
    ) as version,
    versions.role_id,
    versions.pay_type,
    versions.wage_cents,
    versions.wage,
    versions.effective_on,
    -- An edit that names another day counts from that day; one that does not counts from the edit.
    case when before_from_at is not null and before_effective_on = effective_on then
        case when modified_at > before_from_at and modified_at <= valid_from_at then modified_at else valid_from_at end
    end as edited_at,
    case when ends.ended_at < timestamp '9999-01-01' then ends.ended_at end as ended_at
from versions
inner join ends
    on ends.company_guid = versions.company_guid
    and ends.user_id = versions.user_id
    and ends.wage_id = versions.wage_id
where before_from_at is null
    or before_to_at < valid_from_at
    or before_effective_on <> effective_on
    or before_cents <> wage_cents
    or before_type <> pay_type
    or coalesce(before_role, 0) <> coalesce(role_id, 0)
