{# What a code means. An unknown code has no label and loses no row. #}
{% macro seven_geese_label(alias, table, column) -%}
    left join {{ ref('stg_seven_geese__code_labels') }} as {{ alias }}
        on {{ alias }}.company_guid = raw.company_guid
        and {{ alias }}.table_name = '{{ table }}'
        and {{ alias }}.column_name = '{{ column }}'
        and {{ alias }}.code = raw.{{ column }}
{%- endmacro %}

{# Whole and broken days from one moment to another. #}
{% macro days_from(earlier, later) -%}
    cast(extract(epoch from ({{ later }} - {{ earlier }})) / 86400.0 as double precision)
{%- endmacro %}
