-- A metric without an owner, a playbook, a 20 % answer or any other field of its registry entry is not one.
{%- set texts = [
    'label', 'definition', 'start_event', 'stop_event', 'event_source', 'inclusion', 'exclusion', 'aggregation', 'unit',
    'measure', 'direction', 'family', 'pane', 'framework', 'accountable_owner', 'query_owner', 'refresh_cadence',
    'counter_metric', 'business_reading', 'playbook', 'worse_20_percent',
] %}
{%- set numbers = [
    'maturity_days', 'minimum_coverage', 'minimum_sample', 'version', 'changed_on', 'sort_order', 'is_headline',
] %}
with metrics as (
    select * from {{ ref('dim_metrics') }}
),

problems as (
    {% for field in texts -%}
    select
        metric_key,
        'config.meta.metric.{{ field }} is missing or too short to mean anything' as problem
    from metrics
    where coalesce(length(trim({{ field }})), 0) < 2
    union all
    {% endfor -%}
    {% for field in numbers -%}
    select
        metric_key,
        'config.meta.metric.{{ field }} is missing' as problem
    from metrics
    where {{ field }} is null
    union all
    {% endfor -%}
    select
        metric_key,
        'measure must be one of count, duration, rate, ratio, stock, score' as problem
    from metrics
    where measure not in ('count', 'duration', 'rate', 'ratio', 'stock', 'score')
    union all
    select
        metric_key,
        'direction must be one of higher_is_better, lower_is_better, neutral' as problem
    from metrics
    where direction not in ('higher_is_better', 'lower_is_better', 'neutral')
    union all
    select
        metric_key,
        'pane must be one of Outcomes, Flow, Quality, Reliability' as problem
    from metrics
    where pane not in ('Outcomes', 'Flow', 'Quality', 'Reliability')
    union all
    select
        metric_key,
        'counter_metric names no metric: ' || counter_metric as problem
    from metrics
    where counter_metric not in (select known.metric_key from metrics as known)
    union all
    select
        metric_key,
        'a metric cannot be its own counter_metric' as problem
    from metrics
    where counter_metric = metric_key
    union all
    select
        min(metric_key) as metric_key,
        'more than six metrics are headlines' as problem
    from metrics
    where is_headline
    having count(*) > 6
)

select * from problems
