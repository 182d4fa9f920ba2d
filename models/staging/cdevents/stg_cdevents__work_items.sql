{% set vk = "concat(" ~ iso_utc("occurred_at") ~ ", '|', record_key)" %}

with events as (select * from {{ ref("base_cdevents__events") }} where not is_set_aside),

work_items as (
    select
        'cdevents' as source,
        -- ids
        concat('cdevents:ticket:', subject_key) as work_item_key,
        cast(null as {{ dbt.type_string() }}) as repository_key,
        'cdevents:' || lower(max_by(coalesce(ticket_group, event_source), concat({{ iso_utc("occurred_at") }}, '|', record_key))) as project_key,
        cast(null as bigint) as number,
        {{ actor_key("max_by(creator, " ~ vk ~ ") filter (where creator is not null)") }} as actor_key,
        -- text
        max_by(ticket_type, concat({{ iso_utc("occurred_at") }}, '|', record_key)) filter (where ticket_type is not null) as type_name,
        {{ json_texts("max_by(labels, " ~ vk ~ ") filter (where labels is not null)", "$[*]") }} as labels,
        case max_by(predicate, concat({{ iso_utc("occurred_at") }}, '|', record_key)) when 'closed' then 'closed' else 'open' end as state,
        max_by(resolution, concat({{ iso_utc("occurred_at") }}, '|', record_key)) as resolution,
        cast(null as {{ dbt.type_string() }}) as status_name,
        cast(null as {{ dbt.type_string() }}) as status_category,
        max_by(priority, concat({{ iso_utc("occurred_at") }}, '|', record_key)) filter (where priority is not null) as priority_name,
        cast(null as double) as estimate,
        cast(null as {{ dbt.type_string() }}) as parent_key,
        {{ no_texts() }} as cause_references,
        {{ no_texts() }} as service_names,
        cast(null as {{ dbt.type_string() }}) as severity_name,
        max_by(uri, concat({{ iso_utc("occurred_at") }}, '|', record_key)) filter (where uri is not null) as url,
        -- numbers
        cast(0 as bigint) as reopened_count,
        -- flags
        false as is_deleted,
        -- timestamps
        min(occurred_at) filter (where predicate = 'created') as created_at,
        case max_by(predicate, concat({{ iso_utc("occurred_at") }}, '|', record_key)) when 'closed' then max(occurred_at) end as closed_at,
        -- lineage
        max_by(record_key, concat({{ iso_utc("occurred_at") }}, '|', record_key)) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from events
    where subject = 'ticket'
    group by subject_key
)

select * from work_items
