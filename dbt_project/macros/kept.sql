{#-
    A table in which only the rows that differ are written. The model is computed in full beside the table; then rows that
    are not in the result go and rows that are missing come, in one transaction: the table is what a full refresh would
    leave, and all other rows are the very same. Built like `table` if there is none yet, for --full-refresh, for other
    columns, and where equal rows stand twice. Hooks before the build run twice then; indexes change with --full-refresh.
    PostgreSQL cannot compare json, so a model has none.
-#}
{% materialization kept, default %}
    {%- set build_table = context.get('materialization_table_' ~ adapter.type(), context['materialization_table_default']) -%}
    {%- set old = load_cached_relation(this) -%}
    {%- if old is none or not old.is_table or should_full_refresh() -%}
        {{ return(build_table()) }}
    {%- endif -%}
    {%- set new = make_intermediate_relation(old) -%}
    {{ drop_relation_if_exists(load_cached_relation(new)) }}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {{ get_create_table_as_sql(False, new, sql) }}
    {%- endcall %}
    {%- set columns = adapter.get_columns_in_relation(new) -%}
    {%- set alike = kept_types(columns) == kept_types(adapter.get_columns_in_relation(old)) -%}
    {%- if alike -%}
        {%- set before, all = kept_count(old), kept_count(new) -%}
        {%- set same = kept_same_row(columns) -%}
        {% call statement('delete') -%}
            delete from {{ old }} as old_row where not exists (select 1 from {{ new }} as new_row where {{ same }})
        {%- endcall %}
        {%- set kept = kept_count(old) -%}
        {% call statement('insert') -%}
            insert into {{ old }}
            select * from {{ new }} as new_row where not exists (select 1 from {{ old }} as old_row where {{ same }})
        {%- endcall %}
    {%- endif -%}
    {{ adapter.drop_relation(new) }}
    {%- if not alike or kept_count(old) != all -%}
        {{ return(build_table()) }}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do apply_grants(this, config.get('grants'), should_revoke=should_revoke(old, full_refresh_mode=False)) %}
    {% do persist_docs(this, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {%- set gone, come = before - kept, all - kept -%}
    {%- set told = "{:,} rows deleted, {:,} inserted, {:,} in all".format(gone, come, all) -%}
    {{ store_raw_result('main', message=told, code='KEPT', rows_affected=gone + come) }}
    {{ return({'relations': [old]}) }}
{% endmaterialization %}

{#- Whether two rows are equal, nulls too. Only a plain `=` lets PostgreSQL hash, so columns without nulls have one. -#}
{% macro kept_same_row(columns) -%}
    {%- for column in columns -%}
        {%- set constraints = model.columns.get(column.name, {}).get('constraints', []) -%}
        {%- set filled = constraints | selectattr('type', 'equalto', 'not_null') | list -%}
        {{ 'and ' if not loop.first }}new_row.{{ column.quoted }} {{ '=' if filled else 'is not distinct from' }} old_row.{{ column.quoted }}
    {% endfor -%}
{%- endmacro %}

{% macro kept_types(columns) -%}
    {%- for column in columns -%}{{ column.quoted }} {{ column.data_type }}, {% endfor -%}
{%- endmacro %}

{% macro kept_count(relation) -%}
    {{ return(run_query('select count(*) from ' ~ relation).columns[0].values()[0] | int) }}
{%- endmacro %}
