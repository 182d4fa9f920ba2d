-- Commits of the default branch that no request claims: each is a change of its own, with the commits that it brought in.
with entries as (
    select * from {{ ref('int_mainline_entries') }}
),

claimed as (
    select distinct repository_key, commit_sha from {{ ref('int_request_commits') }}
),

direct as (
    select entries.repository_key, entries.commit_sha
    from entries
    left join claimed
        on entries.repository_key = claimed.repository_key and entries.commit_sha = claimed.commit_sha
    where entries.is_mainline and claimed.commit_sha is null
)

select
    concat('commit:', direct.repository_key, ':', direct.commit_sha) as change_key,
    direct.repository_key,
    direct.commit_sha as landed_sha,
    entries.commit_sha
from direct
inner join entries
    on direct.repository_key = entries.repository_key and direct.commit_sha = entries.mainline_sha
