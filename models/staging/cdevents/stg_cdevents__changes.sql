{#- `acme/shop` of `https://git.example.com`, or an address of its own -#}
{% set address = "case when repository like '%://%' then repository else repository_source || '/' || repository end" %}
{% set bare = re_replace(re_replace(re_replace(address, "^[a-z]+://", ""), "/+", "/"), "([.]git)?/?$", "") %}
{% set text = dbt.type_string() %}

with events as (
    select
        *,
        lower({{ bare }}) as repository_key
    from {{ ref("base_cdevents__events") }}
    where subject = 'change'
        and repository is not null
        and not is_set_aside
),

changes as (
    select
        'cdevents' as source,
        -- ids
        concat('cdevents:change:', repository_key, '#', subject_id) as change_key,
        repository_key,
        try_cast(subject_id as bigint) as change_number,
        cast(null as {{ text }}) as merge_commit_sha,
        cast(null as {{ text }}) as head_sha,
        cast(null as {{ text }}) as actor_key,
        -- text
        cast(null as {{ text }}) as target_branch,
        cast(null as {{ text }}) as source_branch,
        {{ no_texts() }} as labels,
        {{ no_texts() }} as closed_references,
        max_by(uri, concat({{ iso_utc("occurred_at") }}, '|', record_key)) filter (where uri is not null) as url,
        -- numbers
        cast(null as bigint) as lines_added,
        cast(null as bigint) as lines_deleted,
        cast(null as bigint) as files_changed,
        cast(null as bigint) as commit_count,
        -- flags
        false as is_bot,
        false as is_revert,
        false as is_deleted,
        -- timestamps
        min(occurred_at) filter (where predicate = 'created') as opened_at,
        cast(null as timestamp) as ready_at,
        max(occurred_at) filter (where predicate = 'merged') as merged_at,
        max(occurred_at) filter (where predicate in ('merged', 'abandoned')) as closed_at,
        -- lineage
        max_by(record_key, concat({{ iso_utc("occurred_at") }}, '|', record_key)) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from events
    group by repository_key, subject_id
)

select * from changes
