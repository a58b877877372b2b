{%- set grace = var('punch_edit_grace_minutes') %}
with punches as (
    select
        punches.*,
        case
            when is_deleted then 'deleted'
            when created_at > {{ plus_minutes('clocked_in_at', grace) }} and not is_offline then 'added_later'
            when modified_at > {{ plus_minutes('coalesce(clocked_out_at, clocked_in_at)', grace) }} then 'touched_later'
        end as edit,
        coalesce(places.timezone, 'UTC') as timezone
    from {{ ref('stg_seven_shifts__time_punches') }} as punches
    left join {{ ref('int_seven_shifts__places') }} as places
        on places.company_guid = punches.company_guid and places.location_id = punches.location_id
    where punches.user_id is not null and punches.clocked_in_at is not null and punches.modified_at is not null
)

select
    punches.company_guid,
    punches.time_punch_id,
    punches.user_id,
    users.employee,
    {{ place_columns('punches') }},
    {{ local_date('punches.clocked_in_at', 'punches.timezone') }} as business_date,
    punches.edit,
    punches.clocked_in_at,
    punches.clocked_out_at,
    punches.created_at,
    punches.modified_at as changed_at,
    {{ whole_minutes(seconds_between('coalesce(punches.clocked_out_at, punches.clocked_in_at)', 'punches.modified_at')) }} as minutes_after,
    punches.is_deleted,
    punches.is_approved,
    punches.edit = 'touched_later' and punches.is_approved as may_be_approval,
    punches.is_auto_clocked_out,
    punches.is_offline
from punches
{{ person_name('punches') }}
{{ place_names('punches') }}
where punches.edit is not null
