with events as (select * from {{ ref("base_cdevents__events") }} where not is_set_aside),

-- the repository that an artifact was packaged from
packaged as (
    select subject_id as artifact, max_by(change_source, concat({{ iso_utc("occurred_at") }}, '|', record_key)) as change_source
    from events
    where subject = 'artifact' and predicate = 'packaged' and change_source is not null
    group by 1
),

rollouts as (
    select
        'cdevents' as source,
        -- ids
        concat('cdevents:deployment:', events.event_source, '#', events.event_id) as candidate_key,
        lower({{ re_replace(re_replace("packaged.change_source", "^[a-z]+://", ""), "([.]git)?/?$", "") }}) as repository_key,
        -- the name of an artifact may end with its commit
        {{ re_group("lower(events.artifact)", "'(?:@|%40|=)([0-9a-f]{40})(?:[^0-9a-f]|$)'") }} as commit_sha,
        cast(null as {{ dbt.type_string() }}) as build_run_key,
        cast(null as {{ dbt.type_string() }}) as actor_key,
        events.subject_id as service_name,
        -- text
        'deployment' as kind,
        events.subject_id as name,
        cast(null as {{ dbt.type_string() }}) as branch,
        cast(null as {{ dbt.type_string() }}) as tag_name,
        events.environment as environment_name,
        'success' as outcome,
        events.uri as url,
        -- flags
        false as is_prerelease,
        false as is_deleted,
        -- timestamps
        events.occurred_at as created_at,
        events.occurred_at as started_at,
        events.occurred_at as finished_at,
        -- lineage
        events.record_key,
        events._dlt_load_id
    from events
    left join packaged on events.artifact = packaged.artifact
    where events.subject = 'service'
        and events.predicate in ('deployed', 'upgraded', 'rolledback')
    qualify row_number() over (partition by events.event_source, events.event_id order by events.record_key) = 1
)

select * from rollouts
