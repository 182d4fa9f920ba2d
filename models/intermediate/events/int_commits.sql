with reported as (
    {{ union_of('commits', [
        'git',
        'github',
        'bitbucket',
        'gitlab',
    ]) }}
),

-- a commit is the same whoever reports it: its SHA says so; a source that knows less leaves gaps, never contradictions
commits as (
    select
        repository_key,
        commit_sha,
        min(authored_at) as authored_at,
        min(committed_at) as committed_at,
        min(author_key) as actor_key,
        min(committer_key) as committer_key,
        bool_or(is_author_bot) as is_author_bot,
        max(parent_count) as parent_count,
        max(change_number) as change_number,
        min(message_hash) as message_hash,
        min(patch_id) as patch_id,
        max(reverted_shas) as reverted_shas,
        bool_or(has_paths) as has_paths,
        min(record_key) as record_key,
        {{ agg_sorted('record_key') }} as record_keys
    from reported
    group by repository_key, commit_sha
)

select
    *,
    committed_at as occurred_at,
    repository_key as service_key,
    cast(null as varchar) as environment,
    'committed' as outcome,
    commit_sha as join_key,
    coalesce(parent_count > 1, false) as is_merge
from commits
