with marked as (
    select
        points.*,
        -- A version that changed nothing here (a new name) goes on; a gap (gone, and back) does not.
        case when lag(progress_percent) over past is distinct from progress_percent
            or lag(assessment) over past is distinct from assessment
            or lag(is_closed) over past is distinct from is_closed
            or lag(valid_to) over past is distinct from valid_from
            then 1 else 0 end as begins
    from {{ ref('int_seven_geese__objective_points') }} as points
    window past as (partition by company_guid, objective_id order by valid_from)
),

numbered as (
    select
        marked.*,
        sum(begins) over (partition by company_guid, objective_id order by valid_from) as stretch
    from marked
),

stretches as (
    select
        company_guid,
        objective_id,
        min(valid_from) as valid_from,
        case when count(valid_to) = count(*) then max(valid_to) end as valid_to,
        min(progress_percent) as progress_percent,
        min(assessment) as assessment,
        bool_and(is_closed) as is_closed,
        min(recorded_by) as recorded_by
    from numbered
    group by company_guid, objective_id, stretch
)

select
    company_guid,
    objective_id,
    valid_from,
    valid_to,
    valid_to is null as is_current,
    progress_percent,
    progress_percent - lag(progress_percent) over past as progress_change,
    assessment,
    is_closed,
    coalesce(lag(is_closed) over past, false) and not is_closed as is_reopened,
    recorded_by
from stretches
window past as (partition by company_guid, objective_id order by valid_from)
