with reported as (
    {{ union_of('commit_paths', [
        'git',
        'github',
        'gitlab',
    ]) }}
)

select
    repository_key,
    commit_sha,
    path,
    max(lines_added) as lines_added,
    max(lines_deleted) as lines_deleted
from reported
group by repository_key, commit_sha, path
