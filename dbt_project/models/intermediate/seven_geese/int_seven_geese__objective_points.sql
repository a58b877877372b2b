-- Before the first load only 7Geese's own series tells; from then on the versions that the loads saw.
with first_versions as (
    select company_guid, objective_id, min(valid_from) as first_loaded_at
    from {{ ref('stg_seven_geese__objective_versions') }}
    group by company_guid, objective_id
),

points as (
    select
        company_guid,
        objective_id,
        valid_from,
        valid_to,
        progress_percent,
        assessment,
        is_closed,
        'load' as recorded_by,
        0 as place
    from {{ ref('stg_seven_geese__objective_versions') }}

    union all

    select
        series.company_guid,
        series.objective_id,
        series.recorded_at,
        null,
        series.progress_percent,
        series.assessment,
        series.is_closed,
        '7Geese',
        series.place
    from {{ ref('stg_seven_geese__objective_history') }} as series
    inner join first_versions
        on first_versions.company_guid = series.company_guid
        and first_versions.objective_id = series.objective_id
    where series.recorded_at < first_versions.first_loaded_at
),

ranked as (
    select
        points.*,
        row_number() over (partition by company_guid, objective_id, valid_from order by place desc) as turn
    from points
)

-- Of several points of one moment the last one holds. A point of the series holds until the next one.
select
    company_guid,
    objective_id,
    valid_from,
    coalesce(valid_to, lead(valid_from) over (partition by company_guid, objective_id order by valid_from)) as valid_to,
    progress_percent,
    assessment,
    is_closed,
    recorded_by
from ranked
where turn = 1
