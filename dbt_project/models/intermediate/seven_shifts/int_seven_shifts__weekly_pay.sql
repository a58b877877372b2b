select
    segments.company_guid,
    segments.user_id,
    {{ week_start('segments.business_date', 'weeks.week_starts_on') }} as week_start,
    cast(sum(segments.seconds * segments.cents_per_hour) as bigint) as cent_seconds,
    cast(sum(case when segments.wage_source = 'none' then segments.seconds else 0 end) as bigint) as unpriced_seconds,
    max(case when segments.wage_source = 'salary' then 1 else 0 end) = 1 as is_salaried
from {{ ref('int_seven_shifts__paid_segments') }} as segments
inner join {{ ref('int_seven_shifts__weeks') }} as weeks on weeks.company_guid = segments.company_guid
group by segments.company_guid, segments.user_id, week_start
