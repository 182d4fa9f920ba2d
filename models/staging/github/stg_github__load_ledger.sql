{% set keep = ["record_key", "channel", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "scope": "$.scope",
    "entity": "$.entity",
    "reader": "$.reader",
    "covered_from": "$.covered_from",
    "covered_until": "$.covered_until",
} %}

with ledger as (select * from {{ source("raw_github", "load_ledger") }} where event = 'coverage'),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

fields as (
    {{ json_fields("ledger", "payload", fields, keep) }}
),

spans as (
    select
        record_key,
        lower({{ json_text("scope") }}) as scope,
        {{ json_text("entity") }} as entity,
        -- the backfill says so; who vouches for a folder of recorded deliveries does not
        coalesce({{ json_text("reader") }}, 'file') as channel,
        {{ ts_utc(json_text("covered_from")) }} as covered_from,
        {{ ts_utc(json_text("covered_until")) }} as covered_until,
        _dlt_load_id
    from fields
    qualify row_number() over (partition by record_key order by _dlt_load_id) = 1
),

load_ledger as (
    select
        'github' as source,
        -- a repository that was renamed since is covered under its new name
        coalesce(repository_references.repository_key, spans.scope) as scope,
        spans.entity,
        spans.channel,
        spans.covered_from,
        spans.covered_until,
        spans.record_key,
        spans._dlt_load_id
    from spans
    left join repository_references on spans.scope = repository_references.repository_ref
)

select * from load_ledger
