{#- Models hold moments as timestamps without a zone, in UTC, and names ending in _at. Raw columns have a zone. -#}

{#- A raw moment as a timestamp in UTC, whatever the zone of the session. -#}
{% macro utc(column) -%}
    ({{ column }} at time zone 'UTC')
{%- endmacro %}

{#- The same to the second: durations are whole seconds, and pieces of fractions would not add up. -#}
{% macro utc_second(column) -%}
    date_trunc('second', {{ column }} at time zone 'UTC')
{%- endmacro %}

{#- A moment in UTC as the clock on the wall shows it in a time zone. -#}
{% macro local_time(moment, zone) -%}
    (({{ moment }} at time zone 'UTC') at time zone {{ zone }})
{%- endmacro %}

{#- The calendar date there. -#}
{% macro local_date(moment, zone) -%}
    cast({{ local_time(moment, zone) }} as date)
{%- endmacro %}

{#- The moment in UTC at which a calendar date begins in a time zone. -#}
{% macro local_midnight(date, zone) -%}
    ((cast({{ date }} as timestamp) at time zone {{ zone }}) at time zone 'UTC')
{%- endmacro %}

{#- "Now" of the marts: the variable as_of, or the moment of the build. -#}
{% macro as_of() -%}
    {%- if var('as_of') -%}
        cast('{{ var("as_of") }}' as timestamp)
    {%- else -%}
        cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
    {%- endif -%}
{%- endmacro %}

{#- Whole seconds from one moment to another, negative if it is earlier. Vendors send whole seconds. -#}
{% macro seconds_between(earlier, later) -%}
    cast(floor(extract(epoch from {{ later }} - {{ earlier }})) as bigint)
{%- endmacro %}

{#- Whether a closed punch can be: with a time of 9999 or a year's length the clock was wrong. -#}
{% macro is_possible(clocked_in, clocked_out) -%}
    ({{ clocked_in }} >= timestamp '2000-01-01' and {{ clocked_in }} < timestamp '2100-01-01'
        and {{ clocked_out }} <= {{ clocked_in }} + interval '14 days')
{%- endmacro %}

{#- Days from one date to another. -#}
{% macro days_between(earlier, later) -%}
    cast({{ later }} - {{ earlier }} as bigint)
{%- endmacro %}

{#- A date a number of days later. -#}
{% macro plus_days(date, days) -%}
    cast({{ date }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{#- A moment a number of minutes later. -#}
{% macro plus_minutes(moment, minutes) -%}
    ({{ moment }} + ({{ minutes }}) * interval '1 minute')
{%- endmacro %}

{#- The first day of the week a date is in. `first` is 0 for Sunday to 6 for Saturday. -#}
{% macro week_start(date, first) -%}
    cast({{ date }} - cast(mod(cast(extract(dow from {{ date }}) as integer) - cast({{ first }} as integer) + 7, 7) as integer) as date)
{%- endmacro %}

{#- The first day of the month a date is in. -#}
{% macro month_start(date) -%}
    cast(date_trunc('month', {{ date }}) as date)
{%- endmacro %}

{#- As many rows as 0 up to and including `last`, as a column of a select. -#}
{% macro counting_to(last) -%}
    {{ adapter.dispatch('counting_to')(last) }}
{%- endmacro %}

{% macro default__counting_to(last) -%}
    generate_series(0, cast({{ last }} as integer))
{%- endmacro %}

{% macro duckdb__counting_to(last) -%}
    unnest(range(0, cast({{ last }} as bigint) + 1))
{%- endmacro %}
