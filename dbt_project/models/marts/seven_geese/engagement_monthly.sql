-- Every month from a company's first act or closed objective to the present one: a month in which nothing happened says so.
with recursive acts as (
    select company_guid, act, act_id, profile_id, {{ month_start('acted_at') }} as month
    from {{ ref('int_seven_geese__acts') }}
    where acted_at <= {{ as_of() }} and acted_at >= timestamp '2000-01-01' -- a wrong year would make thousands of months
),

closed as (
    select company_guid, {{ month_start('completed_at') }} as month, count(*) as objectives_closed
    from {{ ref('stg_seven_geese__objectives') }}
    where is_closed and completed_at <= {{ as_of() }} and completed_at >= timestamp '2000-01-01'
    group by 1, 2
),

thanked as (
    select company_guid, {{ month_start('awarded_at') }} as month, count(distinct receiver_id) as people_thanked
    from {{ ref('int_seven_geese__recognition_edges') }}
    where receiver_kind = 'person' and awarded_at <= {{ as_of() }}
    group by 1, 2
),

months as (
    select company_guid, min(month) as month
    from (select company_guid, month from acts union all select company_guid, month from closed) as known
    group by 1

    union all

    select company_guid, {{ month_start(dbt.dateadd('month', 1, 'month')) }}
    from months
    where month < {{ month_start(as_of()) }}
)

select
    months.company_guid,
    months.month,
    min(networks.name) as company,
    count(distinct acts.profile_id) as people_engaged,
    count(distinct acts.act_id) filter (where acts.act = 'check-in') as checkins,
    count(distinct acts.act_id) filter (where acts.act = 'recognition') as recognitions,
    count(distinct acts.profile_id) filter (where acts.act = 'recognition') as people_thanking,
    coalesce(min(thanked.people_thanked), 0) as people_thanked,
    count(distinct acts.act_id) filter (where acts.act = 'one-on-one') as one_on_ones,
    count(distinct acts.act_id) filter (where acts.act = 'feedback') as feedback_given,
    count(distinct acts.act_id) filter (where acts.act = 'action item') as action_items_completed,
    count(distinct acts.act_id) filter (where acts.act = 'review step') as review_steps,
    coalesce(min(closed.objectives_closed), 0) as objectives_closed
from months
left join acts on acts.company_guid = months.company_guid and acts.month = months.month
left join closed on closed.company_guid = months.company_guid and closed.month = months.month
left join {{ ref('stg_seven_geese__networks') }} as networks on networks.company_guid = months.company_guid
left join thanked on thanked.company_guid = months.company_guid and thanked.month = months.month
group by months.company_guid, months.month
