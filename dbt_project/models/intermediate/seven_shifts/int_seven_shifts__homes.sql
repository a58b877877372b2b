with roles as (
    select
        company_guid,
        user_id,
        role_id,
        department_id,
        location_id,
        row_number() over (
            partition by company_guid, user_id
            order by case when is_primary then 0 else 1 end, sort nulls last, role_id
        ) as choice,
        count(*) over (partition by company_guid, user_id) as roles
    from {{ ref('stg_seven_shifts__role_assignments') }}
),

locations as (
    select company_guid, user_id, min(location_id) as location_id
    from {{ ref('stg_seven_shifts__location_assignments') }}
    group by company_guid, user_id
)

select
    users.company_guid,
    users.user_id,
    coalesce(roles.location_id, role_names.location_id, locations.location_id) as location_id,
    coalesce(roles.department_id, role_names.department_id) as department_id,
    roles.role_id,
    coalesce(roles.roles, 0) as roles,
    coalesce(places.timezone, 'UTC') as timezone
from {{ ref('stg_seven_shifts__users') }} as users
left join roles
    on roles.company_guid = users.company_guid and roles.user_id = users.user_id and roles.choice = 1
left join {{ ref('stg_seven_shifts__roles') }} as role_names
    on role_names.company_guid = roles.company_guid and role_names.role_id = roles.role_id
left join locations
    on locations.company_guid = users.company_guid and locations.user_id = users.user_id
left join {{ ref('int_seven_shifts__places') }} as places
    on places.company_guid = users.company_guid
    and places.location_id = coalesce(roles.location_id, role_names.location_id, locations.location_id)
