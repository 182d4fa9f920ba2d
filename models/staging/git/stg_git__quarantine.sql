{% set keep = ["record_key", "repository_key", "received_at", "_dlt_load_id"] %}

with troubled as (
    select * from {{ ref('base_git__commits') }}
    where problems is not null
),

problems as (
    {{ told_problems('troubled', keep) }}
),

quarantine as (
    select
        'git' as source,
        'staging' as stage,
        -- ids
        record_key,
        repository_key,
        -- text
        'commits' as entity,
        'file' as channel,
        'commit' as event,
        json_path,
        reason,
        -- flags
        false as is_set_aside,
        true as is_open,
        -- timestamps
        {{ utc('received_at') }} as received_at,
        -- lineage
        _dlt_load_id
    from problems
)

select * from quarantine
