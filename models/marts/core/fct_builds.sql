with builds as (
    select * from {{ ref('int_builds') }}
)

select
    build_key,
    run_key,
    repository_key,
    kind,
    name,
    attempt,
    trigger,
    commit_sha,
    is_allowed_failure,
    created_at,
    started_at,
    finished_at,
    outcome,
    url,
    {{ list_of('record_key') }} as record_keys
from builds
