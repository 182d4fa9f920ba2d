with reported as (
    {{ union_of('repositories', [
        'azure_devops',
        'git',
        'github',
        'bitbucket',
        'gitlab',
        'gharchive',
        'generic',
    ]) }}
),

-- what happened in a repository of which no tool tells more than its name
named as (
    select source, repository_key, record_key from {{ ref('int_deployment_candidates') }}
    union all
    select source, repository_key, record_key from {{ ref('int_change_requests') }}
    union all
    select source, repository_key, record_key from {{ ref('int_incident_reports') }}
),

every_report as (
    select source, repository_key, record_key, default_branch, default_head_sha, declared_tag_regex, is_shallow, is_deleted from reported
    union all
    select source, repository_key, min(record_key) as record_key, null, null, null, false, false
    from named
    where repository_key is not null and repository_key not in (select reported.repository_key from reported)
    group by source, repository_key
)

select
    repository_key,
    -- the forge knows its default branch better than a clone does
    coalesce(
        max(default_branch) filter (where source <> 'git'),
        max(default_branch) filter (where source = 'git')
    ) as default_branch,
    max(default_head_sha) filter (where source = 'git') as clone_head_sha,
    max(default_head_sha) filter (where source <> 'git') as forge_head_sha,
    max(declared_tag_regex) as declared_tag_regex,
    bool_or(is_shallow) as is_shallow,
    bool_and(is_deleted) as is_deleted,
    {{ agg_sorted('source') }} as sources,
    {{ agg_sorted('record_key') }} as record_keys
from every_report
group by repository_key
