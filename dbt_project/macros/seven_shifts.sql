{#- The names of a place and a person, for marts that show both. `from` has the ids. -#}
{% macro place_names(from) -%}
    left join {{ ref('int_seven_shifts__places') }} as places
        on places.company_guid = {{ from }}.company_guid and places.location_id = {{ from }}.location_id
    left join {{ ref('stg_seven_shifts__departments') }} as departments
        on departments.company_guid = {{ from }}.company_guid and departments.department_id = {{ from }}.department_id
    left join {{ ref('stg_seven_shifts__roles') }} as roles
        on roles.company_guid = {{ from }}.company_guid and roles.role_id = {{ from }}.role_id
{%- endmacro %}

{% macro person_name(from) -%}
    left join {{ ref('stg_seven_shifts__users') }} as users
        on users.company_guid = {{ from }}.company_guid and users.user_id = {{ from }}.user_id
{%- endmacro %}

{#- The columns of a place in the order of the marts. -#}
{% macro place_columns(from) -%}
    {{ from }}.location_id,
    places.location,
    {{ from }}.department_id,
    departments.name as department,
    {{ from }}.role_id,
    roles.name as role
{%- endmacro %}
