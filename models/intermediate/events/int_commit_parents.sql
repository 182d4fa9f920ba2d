with reported as (
    {{ union_of('commit_parents', [
        'git',
        'github',
        'bitbucket',
        'gitlab',
    ]) }}
)

select
    repository_key,
    commit_sha,
    parent_sha,
    min(parent_index) as parent_index
from reported
group by repository_key, commit_sha, parent_sha
