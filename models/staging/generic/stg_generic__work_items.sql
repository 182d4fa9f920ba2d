with versions as (
    select *
    from {{ ref("base_generic__records") }}
    where record_type = 'work_item'
        and not is_set_aside
),

work_items as (
    select
        'generic' as source,
        concat('generic:work_item:', id) as work_item_key,
        max_by(repository_key, version_key) filter (where repository_key is not null) as repository_key,
        'generic:' || lower({{ latest("project") }}) as project_key,
        try_cast({{ latest("number") }} as bigint) as number,
        {{ actor_key(latest("author")) }} as actor_key,
        {{ latest("item_type") }} as type_name,
        {{ json_texts(latest_fragment("labels"), "$[*]") }} as labels,
        {{ latest("state") }} as state,
        {{ latest("resolution") }} as resolution,
        {{ latest("status") }} as status_name,
        {{ latest("status_category") }} as status_category,
        {{ latest("priority") }} as priority_name,
        try_cast({{ latest("estimate") }} as double) as estimate,
        'generic:work_item:' || {{ latest("parent") }} as parent_key,
        {{ json_texts(latest_fragment("causes"), "$[*]") }} as cause_references,
        {{ json_texts(latest_fragment("services"), "$[*]") }} as service_names,
        {{ latest("severity") }} as severity_name,
        {{ latest("url") }} as url,
        coalesce(try_cast({{ latest("reopened_count") }} as bigint), 0) as reopened_count,
        coalesce({{ latest("is_deleted") }} = 'true', false) as is_deleted,
        {{ ts_utc(latest("created_at")) }} as created_at,
        {{ ts_utc(latest("closed_at")) }} as closed_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by id
)

select * from work_items
