-- A table: five models read it. What a punch leaves open is taken from its shift, and the department from its role. A
-- clock-out that cannot be is none: the punch stays open, and somebody has to correct it.
{{ config(materialized='table') }}

select
    punches.company_guid,
    punches.time_punch_id,
    punches.user_id,
    coalesce(punches.location_id, shifts.location_id, roles.location_id) as location_id,
    coalesce(punches.department_id, shifts.department_id, roles.department_id) as department_id,
    coalesce(punches.role_id, shifts.role_id) as role_id,
    coalesce(places.timezone, 'UTC') as timezone,
    places.jurisdiction,
    {{ local_date('punches.clocked_in_at', "coalesce(places.timezone, 'UTC')") }} as business_date,
    punches.clocked_in_at,
    case when {{ is_possible('punches.clocked_in_at', 'punches.clocked_out_at') }} then punches.clocked_out_at end as clocked_out_at,
    punches.hourly_wage_cents,
    punches.tips,
    punches.is_approved,
    punches.is_auto_clocked_out,
    punches.shift_id
from {{ ref('stg_seven_shifts__time_punches') }} as punches
left join {{ ref('stg_seven_shifts__shifts') }} as shifts
    on shifts.company_guid = punches.company_guid and shifts.shift_id = punches.shift_id
left join {{ ref('stg_seven_shifts__roles') }} as roles
    on roles.company_guid = punches.company_guid and roles.role_id = coalesce(punches.role_id, shifts.role_id)
left join {{ ref('int_seven_shifts__places') }} as places
    on places.company_guid = punches.company_guid
    and places.location_id = coalesce(punches.location_id, shifts.location_id, roles.location_id)
where not punches.is_deleted
    and punches.user_id is not null
    and punches.clocked_in_at is not null
