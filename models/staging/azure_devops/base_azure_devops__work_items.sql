{{ config(materialized="incremental", incremental_strategy="append") }}

{#- a revision as the API has it; an event has it below `resource.revision`, or is itself the item that is new -#}
{% set keep = ["record_key", "channel", "event", "received_at", "_dlt_load_id"] %}
{% set fields = {"id": "$.id id!", "rev": "$.rev count!", "fields": "$.fields object!"} %}
{#- their names hold dots, which no path with a kind may -#}
{% set named = {
    "type": "System.WorkItemType", "state": "System.State", "reason": "System.Reason", "project": "System.TeamProject",
    "iteration": "System.IterationPath", "tags": "System.Tags", "priority": "Microsoft.VSTS.Common.Priority",
    "severity": "Microsoft.VSTS.Common.Severity", "points": "Microsoft.VSTS.Scheduling.StoryPoints",
    "effort": "Microsoft.VSTS.Scheduling.Effort", "parent": "System.Parent", "deleted": "System.IsDeleted",
    "created_at": "System.CreatedDate", "changed_at": "System.ChangedDate", "state_at": "Microsoft.VSTS.Common.StateChangeDate",
    "closed_at": "Microsoft.VSTS.Common.ClosedDate", "author_text": "System.CreatedBy", "changer_text": "System.ChangedBy",
} %}
{% set paths = {"author": '$."System.CreatedBy".uniqueName', "changer": '$."System.ChangedBy".uniqueName'} %}
{% for name, field in named.items() %}{% do paths.update({name: '$."' ~ field ~ '"'}) %}{% endfor %}
{% set doors = {
    "revision": "$.resource.revision", "resource": "$.resource", "project": "$._project",
    "base_url": "$.resourceContainers.collection.baseUrl", "api_url": "$.resource.url", "told_at": "$.createdDate",
} %}
{#- an event says by addresses which organisation it is of: dev.azure.com/<it>, <it>.visualstudio.com, or a server's collection -#}
{% set address = "'^https?://(?:.*/)??([^/]+?)(?:[.]visualstudio[.]com(?:/defaultcollection)?)?(?:/[0-9a-f-]{36})?(?:/_apis/.*)?/*$'" %}
{% set door = keep + ["organisation", "told_at"] %}
{% set above = door + ["id", "rev", "problems", "is_set_aside"] %}
{% set has_times = is_kind("time", "created_at") ~ " and " ~ is_kind("time", "changed_at") %}

with payloads as (
    {{ new_payloads_once(source("raw_azure_devops", "work_items")) }}
),

doors as (
    {{ json_fields("payloads", "payload", doors, keep + ["payload"]) }}
),

revisions as (
    select
        {{ keep | join(', ') }},
        lower(coalesce(
            split_part({{ json_text("project") }}, '/', 1), {{ re_group("lower(" ~ first_text(["base_url", "api_url"]) ~ ")", address) }}
        )) as organisation,
        {{ ts_utc(json_text("told_at")) }} as told_at,
        case
            when channel = 'api' then payload
            when {{ json_text("revision") }} is not null then revision
            else resource
        end as item
    from doors
),

checked as (
    {{ json_fields("revisions", "item", fields, door) }}
),

fields as (
    {{ json_fields("checked", "fields", paths, above) }}
),

versions as (
    select
        -- ids
        record_key,
        concat('azure_devops:work_item:', organisation, ':', {{ json_text("id") }}) as work_item_key,
        concat('azure_devops:transition:', organisation, ':', {{ json_text("id") }}, ':', {{ json_text("rev") }}) as revision_key,
        concat('azure_devops:', organisation, '/', lower({{ json_text("project") }})) as project_key,
        case when {{ json_text("parent") }} is not null then concat('azure_devops:work_item:', organisation, ':', {{ json_text("parent") }}) end as parent_key,
        -- an identity, or `Name <address>`
        coalesce({{ json_text("author") }}, {{ re_group(json_text("author_text"), "'<([^<>]+)>$'") }}) as author,
        coalesce({{ json_text("changer") }}, {{ re_group(json_text("changer_text"), "'<([^<>]+)>$'") }}) as changer,
        -- text
        {{ json_text("type") }} as type_name,
        {{ json_text("state") }} as state,
        {{ json_text("reason") }} as reason,
        {{ json_text("iteration") }} as iteration_path,
        {{ json_text("tags") }} as tags,
        {{ json_text("priority") }} as priority_name,
        {{ json_text("severity") }} as severity_name,
        -- numbers
        try_cast({{ json_text("id") }} as bigint) as number,
        try_cast({{ json_text("rev") }} as bigint) as revision,
        try_cast({{ first_text(["points", "effort"]) }} as double) as estimate,
        -- flags
        coalesce(lower({{ json_text("deleted") }}) = 'true', false) or event = 'workitem.deleted' as is_deleted,
        -- timestamps
        {{ ts_utc(json_text("created_at")) }} as created_at,
        {{ ts_utc(json_text("changed_at")) }} as changed_at,
        coalesce({{ ts_utc(json_text("state_at")) }}, {{ ts_utc(json_text("closed_at")) }}) as state_changed_at,
        told_at,
        -- lineage
        channel,
        event,
        received_at,
        _dlt_load_id,
        -- what is wrong with it
        coalesce(
            problems,
            case when not coalesce({{ has_times }}, false) then '$.fields time missing' end,
            case when organisation is null then '$.resourceContainers.collection.baseUrl text missing' end
        ) as problems,
        is_set_aside or organisation is null or not coalesce({{ has_times }}, false) as is_set_aside
    from fields
)

select * from versions
