-- A punch names its shift, or has 0 there: then it belongs to the shift of the same person that begins nearest.
with punches as (
    select * from {{ ref('int_seven_shifts__punches') }}
),

shifts as (
    select * from {{ ref('stg_seven_shifts__shifts') }}
    where not is_deleted and user_id is not null and start_at is not null and end_at is not null
),

by_id as (
    select punches.company_guid, punches.time_punch_id, shifts.shift_id
    from punches
    inner join shifts
        on shifts.company_guid = punches.company_guid
        and shifts.shift_id = punches.shift_id
        and shifts.user_id = punches.user_id
),

nearest as (
    select
        punches.company_guid,
        punches.time_punch_id,
        shifts.shift_id,
        row_number() over (
            partition by punches.company_guid, punches.time_punch_id
            order by abs({{ seconds_between('shifts.start_at', 'punches.clocked_in_at') }}), shifts.shift_id
        ) as choice
    from punches
    inner join shifts
        on shifts.company_guid = punches.company_guid
        and shifts.user_id = punches.user_id
        and shifts.start_at <= {{ plus_minutes('punches.clocked_in_at', var('match_minutes')) }}
        and shifts.end_at > punches.clocked_in_at
    left join by_id on by_id.company_guid = punches.company_guid and by_id.time_punch_id = punches.time_punch_id
    where by_id.time_punch_id is null
)

select
    punches.*,
    coalesce(by_id.shift_id, nearest.shift_id) as matched_shift_id,
    case when by_id.shift_id is not null then 'shift_id' when nearest.shift_id is not null then 'nearest_shift' end as matched_by
from punches
left join by_id on by_id.company_guid = punches.company_guid and by_id.time_punch_id = punches.time_punch_id
left join nearest
    on nearest.company_guid = punches.company_guid
    and nearest.time_punch_id = punches.time_punch_id
    and nearest.choice = 1
