{#- Integer cents as an amount with two decimals, exactly. -#}
{% macro cents(column) -%}
    cast({{ column }} * 0.01 as decimal(18, 2))
{%- endmacro %}

{#- Cents per hour times seconds, summed up, as an amount: rounded half up to the cent once, and exactly. -#}
{% macro pay(cent_seconds) -%}
    {{ cents(rounded_share(cent_seconds, 3600)) }}
{%- endmacro %}

{#- A whole number divided by another, half rounded up, without a detour over floating point. -#}
{% macro rounded_share(number, by) -%}
    cast(floor((2 * {{ number }} + {{ by }} - mod(2 * {{ number }} + {{ by }}, 2 * {{ by }})) / (2 * {{ by }})) as bigint)
{%- endmacro %}

{#- Seconds as hours with four decimals. -#}
{% macro hours(seconds) -%}
    cast(cast({{ seconds }} as decimal(18, 4)) / 3600 as decimal(18, 4))
{%- endmacro %}

{#- Minutes below a whole one are dropped: late by 5:59 is late by 5. -#}
{% macro whole_minutes(seconds) -%}
    cast(floor({{ seconds }} / 60.0) as bigint)
{%- endmacro %}

{#- 0 stands for none in several ids of 7shifts. -#}
{% macro zero_to_null(column) -%}
    nullif({{ column }}, 0)
{%- endmacro %}

{#- Vendors send empty text for none. -#}
{% macro empty_to_null(column) -%}
    nullif(trim({{ column }}), '')
{%- endmacro %}
