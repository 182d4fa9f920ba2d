with samples as (select * from {{ ref("base_prometheus__measurements") }} where is_set_aside is not true and ended_at is not null),

-- a sample that was asked for again counts as it was told last
newest as (
    select *
    from samples
    qualify row_number() over (partition by slo_key, part, ended_at order by received_at desc, value desc, record_key) = 1
),

steps as (
    select
        slo_key,
        ended_at,
        max(step) as step,
        max(method) as method,
        max(slice_target) as slice_target,
        max(value) filter (where part = 'total' and value between 0 and 1e15) as total,
        max(value) filter (where part = 'good' and value between 0 and 1e15) as good,
        max(value) filter (where part = 'bad' and value between 0 and 1e15) as bad,
        max(case part when 'success' then value when 'failure' then 1 - value end) as told_ratio,
        bool_or(part = 'value') as has_threshold,
        bool_or(case op when 'lt' then value < limit_value when 'lte' then value <= limit_value when 'gt' then value > limit_value else value >= limit_value
            end)
            filter (where part = 'value') as is_within,
        max(record_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from newest
    group by slo_key, ended_at
),

-- estimated counts may pass each other by a little
counted as (
    select
        *,
        case when coalesce(good, bad) is not null and total is not null then least(coalesce(good, greatest(total - bad, 0)), total) end as good_events
    from steps
),

judged as (
    select
        *,
        case
            when has_threshold then case when is_within then 1.0 when not is_within then 0.0 end
            when told_ratio between 0 and 1 then told_ratio
            else good_events / nullif(total, 0)
        end as ratio
    from counted
),

slo_measurements as (
    select
        'prometheus' as source,
        concat(slo_key, ':', {{ iso_utc("ended_at") }}) as measurement_key,
        slo_key,
        {{ dbt.dateadd("second", "-step", "ended_at") }} as started_at,
        ended_at,
        -- what the budget is counted in: events, or time slices
        case
            when method = 'Timeslices' and not has_threshold then case when ratio >= slice_target then 1.0 when ratio < slice_target then 0.0 end
            when method <> 'Occurrences' or has_threshold then ratio
            else good_events
        end as good_count,
        case
            when method <> 'Occurrences' or has_threshold then case when ratio is not null then 1.0 end
            else total
        end as total_count,
        ratio,
        -- lineage
        record_key,
        _dlt_load_id
    from judged
)

select * from slo_measurements
where ratio is not null or total_count is not null
