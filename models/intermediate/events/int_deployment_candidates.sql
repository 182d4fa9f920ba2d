{%- set columns = [
    'candidate_key', 'source', 'kind', 'repository_key', 'name', 'branch', 'environment_name', 'commit_sha', 'tag_name',
    'created_at', 'started_at', 'finished_at', 'outcome', 'actor_key', 'service_name', 'url', 'record_key'
] -%}

with reported as (
    select {{ columns | join(', ') }}
    from (
        {{ union_of('deployments', [
            'azure_devops',
            'harness',
            'datadog',
            'argocd',
            'git',
            'github',
            'bitbucket',
            'gitlab',
            'gharchive',
            'generic',
            'cdevents',
            'jira',
            'slack',
        ]) }}
    )
    where not is_deleted
),

requests as (select * from {{ ref('int_change_requests') }}),

-- a run or a job that was skipped, cancelled or allowed to fail rolled nothing out
builds as (
    select
        build_key as candidate_key,
        {%- for column in columns if column not in ['candidate_key', 'tag_name', 'service_name'] %}
        {{ column }},
        {%- endfor %}
        cast(null as varchar) as tag_name,
        cast(null as varchar) as service_name
    from {{ ref('int_builds') }}
    where not (coalesce(is_allowed_failure, false) and coalesce(outcome, '') <> 'success')
        and coalesce(outcome, 'success') in ('success', 'failure')
),

merges as (
    select
        concat(change_key, ':merge') as candidate_key,
        source,
        'branch' as kind,
        repository_key,
        target_branch as name,
        target_branch as branch,
        cast(null as varchar) as environment_name,
        merge_commit_sha as commit_sha,
        cast(null as varchar) as tag_name,
        merged_at as created_at,
        merged_at as started_at,
        merged_at as finished_at,
        'success' as outcome,
        actor_key,
        cast(null as varchar) as service_name,
        url,
        record_key
    from requests
    where merge_commit_sha is not null
),

candidates as (
    {%- for relation in ['reported', 'builds', 'merges'] %}
    select {{ columns | join(', ') }} from {{ relation }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

tags as (
    select repository_key, tag_name, min_by(commit_sha, source) as commit_sha
    from reported
    where kind = 'tag' and commit_sha is not null
    group by repository_key, tag_name
),

-- a release knows its tag, the tag its commit
with_commit as (
    select
        {%- for column in columns if column != 'commit_sha' %}
        candidates.{{ column }},
        {%- endfor %}
        coalesce(candidates.commit_sha, tags.commit_sha) as commit_sha
    from candidates
    left join tags
        on candidates.repository_key = tags.repository_key and candidates.tag_name = tags.tag_name
),

-- one tag seen in a clone and on the forge, one merge seen as a request and as a push: the same thing
once as (
    select *
    from with_commit
    qualify row_number() over (
        partition by
            repository_key,
            kind,
            case kind
                when 'tag' then name
                when 'branch' then concat(name, ':', commit_sha)
                else candidate_key
            end
        order by source, finished_at nulls last, candidate_key
    ) = 1
)

select * from once
