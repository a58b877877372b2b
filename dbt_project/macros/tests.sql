{#- Fails with every combination of the columns that stands more than once. Nulls are equal here. -#}
{% test unique_combination(model, columns) %}
select {{ columns | join(', ') }}, count(*) as times
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{#- Fails with every row whose value lies outside. Null lies nowhere. -#}
{% test accepted_range(model, column_name, least=none, most=none) %}
select {{ column_name }}
from {{ model }}
where false
    {% if least is not none %}or {{ column_name }} < {{ least }}{% endif %}
    {% if most is not none %}or {{ column_name }} > {{ most }}{% endif %}
{% endtest %}

{#- Fails with every row for which the expression is not true. -#}
{% test expression_is_true(model, expression) %}
select * from {{ model }} where not coalesce({{ expression }}, false)
{% endtest %}
