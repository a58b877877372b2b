with spans as (
    select
        company_guid,
        {{ month_start('min(joined_on)') }} as first_month,
        cast(12 * (extract(year from {{ as_of() }}) - extract(year from min(joined_on)))
            + extract(month from {{ as_of() }}) - extract(month from min(joined_on)) as integer) as months
    from {{ ref('employees') }}
    group by company_guid
),

counted as (
    select company_guid, first_month, {{ counting_to('months') }} as number from spans where months >= 0
),

months as (
    select
        company_guid,
        cast(first_month + number * interval '1 month' as date) as month,
        cast(first_month + (number + 1) * interval '1 month' as date) as next_month
    from counted
),

worked as (
    select company_guid, {{ month_start('business_date') }} as month, count(distinct user_id) as people
    from {{ ref('worked_hours_daily') }}
    where paid_seconds > 0
    group by company_guid, {{ month_start('business_date') }}
),

counts as (
    select
        months.company_guid,
        months.month,
        count(case when joined_on < month and (left_on is null or left_on >= month) then 1 end) as headcount_at_start,
        count(case when joined_on >= month and joined_on < next_month then 1 end) as joined,
        count(case when left_on >= month and left_on < next_month then 1 end) as left_company,
        count(case when joined_on < next_month and (left_on is null or left_on >= next_month) then 1 end) as headcount_at_end,
        avg(case when joined_on < next_month and (left_on is null or left_on >= next_month)
            then {{ days_between('joined_on', 'least(next_month, cast(' ~ as_of() ~ ' as date))') }} end) as average_tenure
    from months
    inner join {{ ref('employees') }} as employees on employees.company_guid = months.company_guid
    group by months.company_guid, months.month
)

select
    counts.company_guid,
    weeks.company,
    counts.month,
    counts.headcount_at_start,
    counts.joined,
    counts.left_company,
    counts.headcount_at_end,
    cast((counts.headcount_at_start + counts.headcount_at_end) * 0.5 as decimal(18, 2)) as average_headcount,
    cast(counts.left_company * 2.0 / nullif(counts.headcount_at_start + counts.headcount_at_end, 0) as decimal(18, 4)) as turnover_rate,
    cast(floor(greatest(counts.average_tenure, 0)) as bigint) as average_tenure_days,
    coalesce(worked.people, 0) as people_worked
from counts
inner join {{ ref('int_seven_shifts__weeks') }} as weeks on weeks.company_guid = counts.company_guid
left join worked on worked.company_guid = counts.company_guid and worked.month = counts.month
