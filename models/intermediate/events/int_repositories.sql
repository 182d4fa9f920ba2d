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
from reported
group by repository_key
