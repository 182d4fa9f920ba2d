-- A metric model that the union forgot, an entry without a model, a value of no metric: each is a row here.
with expected as (
    {% for name, members in metric_places().items() -%}
    {% for member in members -%}
    select
        '{{ name }}' as set_name,
        '{{ member }}' as metric_key
    union all
    {% endfor -%}
    {% endfor -%}
    select
        'registry' as set_name,
        metric_key
    from {{ ref('dim_metrics') }}
),

every_metric as (
    select distinct metric_key from expected
),

set_names as (
    select distinct set_name from expected
),

problems as (
    select
        every_metric.metric_key,
        'not among the ' || set_names.set_name as problem
    from every_metric
    cross join set_names
    left join expected
        on every_metric.metric_key = expected.metric_key
        and set_names.set_name = expected.set_name
    where expected.metric_key is null
    union all
    select distinct
        metric_key,
        'has observations and is not in the registry' as problem
    from {{ ref('metric_observations') }}
    where metric_key not in (select dim_metrics.metric_key from {{ ref('dim_metrics') }} as dim_metrics)
    union all
    -- a value needs a period: what was observed after as_of has none
    select distinct
        observations.metric_key,
        'was measured and has no value' as problem
    from {{ ref('metric_observations') }} as observations
    cross join {{ ref('dim_as_of') }} as as_of
    where observations.value is not null
        and observations.observed_at <= as_of.as_of
        and observations.metric_key not in (
            select known.metric_key from {{ ref('metric_values') }} as known
            where known.value is not null
        )
)

select * from problems
