-- Where nobody clocks in, a shift without a punch means nothing: from the first punch of a place to a week after its last.
with punches as (
    select company_guid, location_id, min(clocked_in_at) as first_at, max(clocked_in_at) as last_at
    from {{ ref('int_seven_shifts__punches') }}
    where location_id is not null and {{ is_possible('clocked_in_at', 'clocked_in_at') }}
    group by company_guid, location_id
)

select
    punches.company_guid,
    punches.location_id,
    punches.first_at as judged_from_at,
    least({{ plus_minutes('punches.last_at', 7 * 24 * 60) }}, readings.known_to_at) as judged_to_at
from punches
inner join {{ ref('int_seven_shifts__readings') }} as readings on readings.company_guid = punches.company_guid
where readings.known_to_at is not null
