with events as (select * from {{ ref("base_gharchive__events") }} where not is_set_aside),

repository_names as (select * from {{ ref("stg_gharchive__repository_names") }}),

told as (
    select
        repository_names.repository_key,
        {{ first_text(["events.default_branch", "events.master_branch", "events.timeline_branch"]) }} as default_branch,
        case when events.event_type = 'PushEvent' then re_branch end as branch,
        events.head,
        concat({{ iso_utc("events.occurred_at") }}, '|', events.record_key) as version_key,
        events.record_key,
        events._dlt_load_id
    from (select *, nullif(regexp_extract({{ json_text("ref") }}, '^refs/heads/(.+)$', 1), '') as re_branch from events) as events
    inner join repository_names on coalesce(events.repository_id, events.repository_name) = repository_names.repository_ref
),

described as (
    select
        repository_key,
        max_by(default_branch, version_key) filter (where default_branch is not null) as default_branch,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from told
    group by 1
),

heads as (
    select repository_key, branch, lower(max_by({{ json_text("head") }}, version_key)) as head_sha
    from told
    where branch is not null
    group by 1, 2
),

repositories as (
    select
        'gharchive' as source,
        described.repository_key,
        described.default_branch,
        heads.head_sha as default_head_sha,
        false as is_shallow,
        false as is_deleted,
        cast(null as {{ dbt.type_string() }}) as declared_tag_regex,
        described.record_key,
        described._dlt_load_id
    from described
    left join heads on described.repository_key = heads.repository_key and described.default_branch = heads.branch
)

select * from repositories
