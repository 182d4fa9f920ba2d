with repository_names as (select * from {{ ref("stg_gharchive__repository_names") }}),

events as (
    select
        *,
        coalesce(repository_id, repository_name) as repository_ref,
        lower({{ first_text(["ref_type", "object"]) }}) as kind,
        -- 2011 names the object apart
        {{ first_text(["ref", "object_name"]) }} as name,
        concat({{ iso_utc("occurred_at") }}, '|', record_key) as version_key
    from {{ ref("base_gharchive__events") }}
    where event_type in ('CreateEvent', 'DeleteEvent', 'ReleaseEvent', 'PushEvent')
        and not is_set_aside
),

releases as (
    select
        concat('gharchive:release:', {{ latest("release_id") }}) as candidate_key,
        'release' as kind,
        max(repository_ref) as repository_ref,
        {{ latest("release_tag") }} as name,
        {{ latest("release_target") }} as target,
        coalesce(max_by(action, version_key) = 'deleted', false) or coalesce({{ latest("release_draft") }} = 'true', false) as is_deleted,
        coalesce({{ latest("prerelease") }} = 'true', false) as is_prerelease,
        coalesce({{ latest("release_login") }}, max_by(login, version_key)) as login,
        {{ latest("release_url") }} as url,
        coalesce({{ ts_utc(latest("released_at")) }}, min(occurred_at)) as finished_at,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from events
    where event_type = 'ReleaseEvent'
    group by {{ json_text("release_id") }}
    having {{ latest("release_id") }} is not null
),

tags as (
    select
        concat('gharchive:tag:', repository_ref, ':', name) as candidate_key, 'tag' as kind, repository_ref, name, null as target,
        max_by(event_type, version_key) = 'DeleteEvent' as is_deleted, false as is_prerelease,
        max_by(login, version_key) as login, null as url,
        min(occurred_at) filter (where event_type = 'CreateEvent') as finished_at,
        max_by(record_key, version_key) as record_key, max(_dlt_load_id) as _dlt_load_id
    from events
    where event_type in ('CreateEvent', 'DeleteEvent')
        and kind = 'tag'
        and name is not null
    group by repository_ref, name
),

pushes as (
    select
        concat('gharchive:push:', record_key) as candidate_key, 'branch' as kind, repository_ref, substr(name, 12) as name,
        {{ json_text("head") }} as target, false as is_deleted, false as is_prerelease, login, null as url, occurred_at as finished_at,
        record_key, _dlt_load_id
    from events
    where event_type = 'PushEvent'
        and name like 'refs/heads/%'
),

candidates as (
    select *, nullif(regexp_extract(lower(target), '^[0-9a-f]{40}$', 0), '') as commit_sha
    from (
        select * from releases
        union all
        select * from tags
        union all
        select * from pushes
    )
),

deployments as (
    select
        'gharchive' as source,
        -- ids
        candidates.candidate_key,
        repository_names.repository_key,
        candidates.commit_sha,
        cast(null as {{ dbt.type_string() }}) as build_run_key,
        {{ actor_key("candidates.login") }} as actor_key,
        cast(null as {{ dbt.type_string() }}) as service_name,
        -- text
        candidates.kind,
        candidates.name,
        case candidates.kind when 'branch' then candidates.name when 'release' then nullif(candidates.target, candidates.commit_sha) end as branch,
        case when candidates.kind <> 'branch' then candidates.name end as tag_name,
        cast(null as {{ dbt.type_string() }}) as environment_name,
        case when candidates.finished_at is not null then 'success' end as outcome,
        coalesce(
            candidates.url,
            case candidates.kind
                when 'tag' then concat('https://', repository_names.repository_key, '/releases/tag/', candidates.name)
                when 'branch' then concat('https://', repository_names.repository_key, '/commit/', candidates.commit_sha)
            end
        ) as url,
        -- flags
        candidates.is_prerelease,
        candidates.is_deleted,
        -- timestamps
        candidates.finished_at as created_at,
        candidates.finished_at as started_at,
        candidates.finished_at,
        -- lineage
        candidates.record_key,
        candidates._dlt_load_id
    from candidates
    inner join repository_names on candidates.repository_ref = repository_names.repository_ref
)

select * from deployments
