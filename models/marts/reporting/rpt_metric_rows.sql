with observations as (
    select * from {{ ref('metric_observations') }}
),

definitions as (
    select * from {{ ref('rpt_metric_definitions') }}
),

segments as (
    select * from {{ ref('rpt_segments') }}
),

event_urls as (
    select rollout_key as event_key, service_key, 'deployment' as event_kind, max(url) as url
    from {{ ref('fct_deployments') }}
    group by rollout_key, service_key
    union all
    select change_key as event_key, service_key, 'change' as event_kind, max(url) as url
    from {{ ref('fct_changes') }}
    group by change_key, service_key
    union all
    select incident_key as event_key, service_key, 'incident' as event_kind, max(url) as url
    from {{ ref('fct_incidents') }}
    group by incident_key, service_key
    union all
    select commit_sha as event_key, service_key, 'commit' as event_kind, cast(null as {{ dbt.type_string() }}) as url
    from {{ ref('fct_commits') }}
    group by commit_sha, service_key
),

latest_observations as (
    select *
    from (
        select
            *,
            row_number() over (
                partition by metric_key
                order by coalesce(observed_at, started_at) desc nulls last, observation_key asc
            ) as row_order
        from observations
    ) as ordered
    where row_order <= 500
),

metric_rows as (
    select
        -- ids
        latest_observations.metric_key || ':' || latest_observations.observation_key as row_key,
        latest_observations.metric_key,
        latest_observations.event_key,
        -- text
        coalesce(event_urls.event_kind, 'event') as event_kind,
        {{ safe_url('event_urls.url') }} as url,
        coalesce(services.segment_name, latest_observations.service_key) as service_name,
        services.segment_href as service_href,
        coalesce(teams.segment_name, latest_observations.team_key) as team_name,
        teams.segment_href as team_href,
        {{ minute_text('latest_observations.started_at') }} as started_at,
        {{ minute_text('latest_observations.observed_at') }} as observed_at,
        case
            when latest_observations.observed_at is null then 'open'
            when definitions.measure = 'rate' and latest_observations.value = 1 then 'yes'
            when definitions.measure = 'rate' and latest_observations.value = 0 then 'no'
            else {{ human_value('latest_observations.value', 'definitions.measure') }}
        end as value_text,
        {{ list_text('latest_observations.record_keys') }} as record_keys,
        -- numbers
        latest_observations.value,
        latest_observations.row_order,
        -- booleans
        coalesce(latest_observations.is_joined, false) as is_joined
    from latest_observations
    inner join definitions
        on latest_observations.metric_key = definitions.metric_key
    left join event_urls
        on latest_observations.event_key = event_urls.event_key
        and latest_observations.service_key = event_urls.service_key
    left join segments as services
        on services.segment_type = 'service' and latest_observations.service_key = services.segment_key
    left join segments as teams
        on teams.segment_type = 'team' and latest_observations.team_key = teams.segment_key
)

select * from metric_rows
