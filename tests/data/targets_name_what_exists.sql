-- A row of the seed that names an unknown metric or segment would be ignored without a word.
with targets as (
    select * from {{ ref('targets') }}
),

segments as (
    select
        'organisation' as segment_type,
        'all' as segment_key
    union all
    select
        'team' as segment_type,
        team_key as segment_key
    from {{ ref('dim_teams') }}
    union all
    select
        'service' as segment_type,
        service_key as segment_key
    from {{ ref('dim_services') }}
    union all
    select distinct
        'product_area' as segment_type,
        product_area as segment_key
    from {{ ref('dim_services') }}
),

problems as (
    select
        targets.metric_key,
        targets.segment_type,
        targets.segment_key,
        'targets.csv: no metric has this key; the keys are in dim_metrics' as problem
    from targets
    where targets.metric_key not in (select metrics.metric_key from {{ ref('dim_metrics') }} as metrics)
    union all
    select
        targets.metric_key,
        targets.segment_type,
        targets.segment_key,
        'targets.csv: there is no such segment' as problem
    from targets
    left join segments
        on targets.segment_type = segments.segment_type
        and targets.segment_key = segments.segment_key
    where segments.segment_key is null
    union all
    select
        as_of.headline_metric as metric_key,
        null as segment_type,
        null as segment_key,
        'settings.csv: headline_metric names no metric; the keys are in dim_metrics' as problem
    from {{ ref('dim_as_of') }} as as_of
    where as_of.headline_metric not in (select metrics.metric_key from {{ ref('dim_metrics') }} as metrics)
)

select * from problems
