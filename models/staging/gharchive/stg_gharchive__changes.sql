{#- what the event itself says where its request lacks the field, as it does since October 2025 and did in 2011 -#}
{% set event_time = "concat('\"', " ~ iso_utc("occurred_at") ~ ", '\"')" %}

with repository_names as (select * from {{ ref("stg_gharchive__repository_names") }}),

bots as (select * from {{ ref("bots") }}),

versions as (
    select
        *,
        coalesce(repository_id, repository_name) as repository_ref,
        coalesce(opened_at, case when action = 'opened' then {{ event_time }} end) as first_at,
        coalesce(
            closed_at,
            case when action in ('closed', 'merged') then {{ event_time }} when action in ('opened', 'reopened') then 'null' end
        ) as last_at,
        coalesce(
            merged_at,
            -- that a request was closed does not say here whether it was merged
            case when action = 'merged' then {{ event_time }} when action in ('opened', 'reopened') then 'null' end
        ) as landed_at,
        concat(
            {{ iso_utc("occurred_at") }}, '|',
            case action when 'opened' then '0' when 'reopened' then '1' when 'closed' then '2' when 'merged' then '3' else '1' end, '|',
            record_key
        ) as version_key
    from {{ ref("base_gharchive__events") }}
    where event_type = 'PullRequestEvent'
        and number is not null
        and not is_set_aside
),

requests as (
    select
        repository_ref,
        number,
        max_by(record_key, version_key) as record_key,
        coalesce({{ latest("user_login") }}, max_by(login, version_key) filter (where action = 'opened')) as user_login,
        {{ latest("user_type") }} as user_type,
        lower({{ latest("merge_commit_sha") }}) as merge_commit_sha,
        lower({{ latest("head_sha") }}) as head_sha,
        {{ latest("base_ref") }} as target_branch,
        {{ latest("head_ref") }} as source_branch,
        {{ json_texts(latest_fragment("labels"), "$[*].name") }} as labels,
        {{ latest("title") }} as title,
        {{ latest("body") }} as body,
        coalesce({{ latest("html_url") }}, {{ latest("timeline_url") }}) as url,
        try_cast({{ latest("additions") }} as bigint) as lines_added,
        try_cast({{ latest("deletions") }} as bigint) as lines_deleted,
        try_cast({{ latest("changed_files") }} as bigint) as files_changed,
        try_cast({{ latest("commits") }} as bigint) as commit_count,
        try_cast({{ latest("draft") }} as boolean) as is_draft,
        coalesce(bool_or({{ json_text("draft") }} = 'true'), false) as was_draft,
        {{ ts_utc(latest("first_at")) }} as opened_at,
        {{ ts_utc(latest("landed_at")) }} as merged_at,
        {{ ts_utc(latest("last_at")) }} as closed_at,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by 1, 2
),

changes as (
    select
        'gharchive' as source,
        -- ids
        concat('gharchive:', requests.repository_ref, ':', requests.number) as change_key,
        repository_names.repository_key,
        requests.number as change_number,
        -- an open request's merge commit is a trial that the forge makes
        case when requests.merged_at is not null then requests.merge_commit_sha end as merge_commit_sha,
        requests.head_sha,
        {{ actor_key("requests.user_login") }} as actor_key,
        -- text
        requests.target_branch,
        requests.source_branch,
        requests.labels,
        {{ no_texts() }} as closed_references,
        coalesce(requests.url, concat('https://', repository_names.repository_key, '/pull/', requests.number)) as url,
        -- numbers
        requests.lines_added,
        requests.lines_deleted,
        requests.files_changed,
        requests.commit_count,
        -- flags
        coalesce(lower(requests.user_login) like '%[bot]' or requests.user_type = 'Bot', false)
        or exists (select 1 from bots where {{ re_match("lower(requests.user_login)", "lower(bots.actor_pattern)") }}) as is_bot,
        coalesce(lower(requests.title) like 'revert "%', false)
        or {{ re_find("coalesce(requests.body, '')", "(^|[^A-Za-z])Reverts [A-Za-z0-9_./-]*#[0-9]+") }} as is_revert,
        false as is_deleted,
        -- timestamps
        requests.opened_at,
        case when not requests.is_draft and not requests.was_draft then requests.opened_at end as ready_at,
        requests.merged_at,
        requests.closed_at,
        -- lineage
        requests.record_key,
        requests._dlt_load_id
    from requests
    inner join repository_names on requests.repository_ref = repository_names.repository_ref
)

select * from changes
