-- The default branch, first parents only, from its newest known commit back to its root.
with recursive repositories as (
    select * from {{ ref('int_repositories') }}
),

commits as (
    select repository_key, commit_sha, committed_at from {{ ref('int_commits') }} where parent_count is not null
),

first_parents as (
    select repository_key, commit_sha, parent_sha from {{ ref('int_commit_parents') }} where parent_index = 1
),

known_heads as (
    select repository_key, clone_head_sha as commit_sha from repositories
    union
    select repository_key, forge_head_sha as commit_sha from repositories
    union
    select candidates.repository_key, candidates.commit_sha
    from {{ ref('int_deployment_candidates') }} as candidates
    inner join repositories
        on candidates.repository_key = repositories.repository_key and candidates.name = repositories.default_branch
    where candidates.kind = 'branch'
),

-- clone and forge may have been read at different times: the newest head whose history is known
heads as (
    select
        commits.repository_key,
        max_by(commits.commit_sha, (commits.committed_at, commits.commit_sha)) as commit_sha
    from known_heads
    inner join commits
        on known_heads.repository_key = commits.repository_key and known_heads.commit_sha = commits.commit_sha
    group by commits.repository_key
),

mainline as (
    select repository_key, commit_sha, 0 as steps_back
    from heads
    union all
    select mainline.repository_key, first_parents.parent_sha, mainline.steps_back + 1
    from mainline
    inner join first_parents
        on mainline.repository_key = first_parents.repository_key and mainline.commit_sha = first_parents.commit_sha
)

select * from mainline
