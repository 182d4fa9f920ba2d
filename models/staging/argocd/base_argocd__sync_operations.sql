{{ config(materialized="incremental", incremental_strategy="append") }}

{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set state = "$.app.status.operationState" %}
{% set fields = {
    "uid": "$.app.metadata.uid id",
    "namespace": "$.app.metadata.namespace text",
    "name": "$.app.metadata.name name!",
    "label": "$.app.metadata.labels.environment text",
    "short_label": "$.app.metadata.labels.env text",
    "cluster": "$.app.spec.destination.name text",
    "target": "$.app.spec.destination.namespace text",
    "wanted": "$.app.spec.source.targetRevision text",
    "phase": state ~ ".phase word(running|terminating|succeeded|failed|error)!",
    "message": state ~ ".message text",
    "started_at": state ~ ".startedAt time!",
    "finished_at": state ~ ".finishedAt time",
    "username": state ~ ".operation.initiatedBy.username text",
    "automated": state ~ ".operation.initiatedBy.automated flag",
    "dry": state ~ ".operation.sync.dryRun flag",
    "asked": state ~ ".operation.sync.revision text",
    "revision": state ~ ".syncResult.revision text",
    "url": state ~ ".syncResult.source.repoURL text",
    "spec_url": "$.app.spec.source.repoURL text",
    "revision_1": state ~ ".syncResult.revisions[0] text",
    "url_1": state ~ ".syncResult.sources[0].repoURL text",
    "revision_2": state ~ ".syncResult.revisions[1] text",
    "url_2": state ~ ".syncResult.sources[1].repoURL text",
    "revision_3": state ~ ".syncResult.revisions[2] text",
    "url_3": state ~ ".syncResult.sources[2].repoURL text",
} %}
{#- of several sources the first whose revision is a commit; a chart has a version in its place -#}
{% set sources = [("revision", "url"), ("revision_1", "url_1"), ("revision_2", "url_2"), ("revision_3", "url_3"), ("asked", "spec_url")] %}
{% set sha = "'[0-9a-f]{40}|[0-9a-f]{64}'" %}

with payloads as (
    {{ new_payloads_once(source("raw_argocd", "sync_operations")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep) }}
),

versions as (
    select
        -- ids
        record_key,
        concat(
            'argocd:sync:', coalesce({{ json_text("uid") }}, concat({{ json_text("namespace") }}, '/', {{ json_text("name") }})),
            ':', {{ iso_utc(ts_utc(json_text("started_at"))) }}
        ) as candidate_key,
        concat(
            case lower({{ json_text("phase") }}) when 'running' then '0' when 'terminating' then '1' else '2' end,
            '|', {{ content_hash(fields) }}
        ) as version_key,
        coalesce({{ json_text("uid") }}, concat({{ json_text("namespace") }}, '/', {{ json_text("name") }})) as application,
        case
            {%- for revision, url in sources %}
            when {{ re_match(json_text(revision), sha) }} then {{ json_text(revision) }}
            {%- endfor %}
        end as commit_sha,
        case
            {%- for revision, url in sources %}
            when {{ re_match(json_text(revision), sha) }} then {{ remote_name(first_text([url, "spec_url"])) }}
            {%- endfor %}
        end as repository_key,
        {{ json_text("username") }} as username,
        -- text
        coalesce({{ first_text(["revision", "revision_1", "asked"]) }}, '') as revision,
        {{ json_text("name") }} as name,
        nullif({{ json_text("wanted") }}, 'HEAD') as branch,
        coalesce(
            {{ first_text(["label", "short_label"]) }}, nullif({{ json_text("cluster") }}, 'in-cluster'), {{ json_text("target") }}
        ) as environment_name,
        lower({{ json_text("phase") }}) as phase,
        -- flags
        {{ json_text("message") }} like 'Operation terminated%' as is_terminated,
        coalesce({{ json_text("automated") }} = 'true', false) as is_automated,
        coalesce({{ json_text("dry") }} = 'true', false) as is_dry_run,
        -- timestamps
        {{ ts_utc(json_text("started_at")) }} as started_at,
        {{ ts_utc(json_text("finished_at")) }} as finished_at,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        problems,
        is_set_aside
    from fields
)

select * from versions
