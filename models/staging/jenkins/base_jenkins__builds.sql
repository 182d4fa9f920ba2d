{{ config(materialized="incremental", incremental_strategy="append") }}

{#- `@` is `build` in a notification, and the build itself in what the API lists -#}
{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {
    "url": "@.url text!", "full_url": "$.build.full_url text~^https?://",
    "number": "@.number count!",
    "told_queue": "$.build.queue_id id", "listed_queue": "$.queueId id",
    "phase": "$.build.phase word(queued|started|completed|finalized|none)!state",
    "building": "$.building flag!state",
    "status": "$.build.status word(success|unstable|failure|not_built|aborted)",
    "result": "$.result word(success|unstable|failure|not_built|aborted)",
    "timestamp": "@.timestamp millis", "duration": "@.duration count",
    "scm_url": "$.build.scm.url text", "scm_branch": "$.build.scm.branch text", "scm_commit": "$.build.scm.commit text",
    "parameters": "$.build.parameters object", "actions": "$.actions list",
} %}
{% set added = {
    "remote_url": "$.remoteUrls[0]", "commit_sha": "$.lastBuiltRevision.SHA1", "branch": "$.lastBuiltRevision.branch[0].name",
    "cause": "$.causes[0]._class", "user_id": "$.causes[0].userId", "waited": "$.queuingDurationMillis",
} %}
{% set of_origin = "^(refs/(heads|remotes)/)?(origin/)?" %}
{% set is_over = "(located.state in ('COMPLETED', 'FINALIZED') and located.outcome is not null)" %}
{% set branch = re_replace(json_text("branch"), of_origin, "") %}
{#- a branch's name is encoded once in its job's name, and again in an address -#}
{% set in_path = "regexp_extract(" ~ first_text(["full_url", "url"]) ~ ", '(/job/.*)/[0-9]+/*$', 1)" %}
{% set job_path = re_replace(re_replace(in_path, "/job/|%(25)?2F", "/"), "%(25)?20", " ") %}
{#- a parameter that names the environment, as a notification and as the API have it -#}
{% set named = '"(?:deploy_?|target_?)?env(?:ironment)?(?:_?name)?" *' %}
{% set value = ': *"([A-Za-z0-9_./-]+)"' %}

with payloads as (
    {{ new_payloads_once(source("raw_jenkins", "builds")) }}
),

fields as (
    {{ json_fields("payloads", "payload", fields, keep, object="build") }}
),

located as (
    select
        *,
        upper(coalesce({{ json_text("phase") }}, case {{ json_text("building") }} when 'false' then 'COMPLETED' else 'STARTED' end)) as state,
        upper({{ first_text(["result", "status"]) }}) as outcome,
        {{ re_replace(first_text(["full_url", "url"]), "^https?://|/+$", "") }} as address,
        substr({{ job_path }}, 2) as job_path,
        try_cast({{ first_text(["told_queue", "listed_queue"]) }} as bigint) as queue_id,
        try_cast({{ json_text("timestamp") }} as bigint) as clock,
        try_cast({{ json_text("duration") }} as bigint) as lasted
    from fields
),

-- what plugins add to a build in the API
listed as (
    select record_key, job_path, item, position
    from located, {{ explode_numbered(json_list("actions"), "item", "position") }}
),

actions as (
    {{ json_fields("listed", "item", added, ["record_key", "job_path", "position"]) }}
),

causes as (
    select
        record_key,
        max(regexp_extract({{ json_text("cause") }}, '([A-Za-z]+)$', 1)) as cause,
        max({{ json_text("user_id") }}) as user_id,
        max(case when {{ is_kind("count", "waited") }} then try_cast({{ json_text("waited") }} as bigint) end) as waited
    from actions
    group by record_key
),

-- a shared library is checked out too, and first: the branch that the job is called after goes before, else what came last
checkouts as (
    select record_key, remote_url, commit_sha, {{ branch }} as branch
    from actions
    where {{ json_text("remote_url") }} is not null
    qualify row_number() over (
        partition by record_key order by concat('/', job_path) like concat('%/', {{ branch }}) desc, position desc
    ) = 1
),

versions as (
    select
        located.record_key,
        case
            when queue_id > 0 then concat('jenkins:build:', split_part(address, '/', 1), ':', queue_id, ':', {{ json_text("number") }})
            else concat('jenkins:build:', address)
        end as build_key,
        concat(case when {{ is_over }} then '2' when state = 'QUEUED' then '0' else '1' end, '|', {{ content_hash(fields) }}) as version_key,
        {{ remote_name(first_text(["located.scm_url", "checkouts.remote_url"])) }} as repository_key,
        lower({{ first_text(["located.scm_commit", "checkouts.commit_sha"]) }}) as commit_sha,
        causes.user_id,
        located.job_path, causes.cause,
        nullif(coalesce({{ re_replace(json_text("located.scm_branch"), of_origin, "") }}, checkouts.branch), 'detached') as branch,
        coalesce(
            {{ re_group("cast(parameters as " ~ dbt.type_string() ~ ")", "'(?i)" ~ named ~ value ~ "'") }},
            {{ re_group("cast(actions as " ~ dbt.type_string() ~ ")", "'(?i)\"name\" *: *" ~ named ~ ', *"value" *' ~ value ~ "'") }}
        ) as environment_name,
        case when {{ is_over }} then located.outcome end as result,
        {{ first_text(["full_url", "url"]) }} as url,
        -- a notification's clock is its phase's, the API's is the build's
        case
            when located.state = 'QUEUED' then {{ ts_millis("nullif(located.clock, 0)") }}
            else {{ ts_millis("located.clock - causes.waited") }}
        end as queued_at,
        case
            when located.channel = 'api' or located.state = 'STARTED' then {{ ts_millis("located.clock") }}
            when {{ is_over }} and located.state = 'COMPLETED' then {{ ts_millis("located.clock - located.lasted") }}
        end as started_at,
        case
            when {{ is_over }} and located.channel = 'api' then {{ ts_millis("located.clock + coalesce(located.lasted, 0)") }}
            when {{ is_over }} then {{ ts_millis("located.clock") }}
        end as finished_at,
        located.channel, located.event, located.received_at, located._dlt_load_id, located.problems, located.is_set_aside
    from located
    left join checkouts on located.record_key = checkouts.record_key
    left join causes on located.record_key = causes.record_key
)

select * from versions
