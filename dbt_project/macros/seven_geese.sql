{# What a code means. An unknown code has no label and loses no row. #}
{% macro seven_geese_label(alias, table, column) -%}
    left join {{ ref('stg_seven_geese__code_labels') }} as {{ alias }}
        on {{ alias }}.company_guid = raw.company_guid
        and {{ alias }}.table_name = '{{ table }}'
        and {{ alias }}.column_name = '{{ column }}'
        and {{ alias }}.code = raw.{{ column }}
{%- endmacro %}

{# The limits that these marts judge by, each with its reason in docs/metrics.md; a var of the same name changes one. #}
{% macro seven_geese_limit(name) -%}
    {%- set limits = {
        'seven_geese_checkin_days': 30,
        'seven_geese_behind_points': 20,
        'seven_geese_review_step_days': 14,
        'seven_geese_one_on_one_days': 30,
        'seven_geese_alignment_steps': 20,
    } -%}
    {{- var(name, limits[name]) -}}
{%- endmacro %}

{# Whole and broken days from one moment to another. #}
{% macro days_from(earlier, later) -%}
    cast(extract(epoch from ({{ later }} - {{ earlier }})) / 86400.0 as double precision)
{%- endmacro %}
