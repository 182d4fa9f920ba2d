-- 95 % intervals: Wilson for rates, order statistics for medians, Garwood for counts.
{%- set z = 1.959963984540054 %}
with series as (
    select * from {{ ref('metric_series') }}
),

interval_limits as (
    select * from {{ ref('interval_limits') }}
),

rated as (
    select
        *,
        (value + {{ z * z }} / (2 * denominator_sum)) / (1 + {{ z * z }} / denominator_sum) as wilson_centre,
        {{ z }} * sqrt(value * (1 - value) / denominator_sum + {{ z * z }} / (4 * denominator_sum * denominator_sum))
        / (1 + {{ z * z }} / denominator_sum) as wilson_reach
    from series
),

limited as (
    select
        rated.*,
        -- above the seed's largest n: Byar's approximation, within 0.01 % of the exact limits there
        coalesce(
            interval_limits.poisson_lower,
            rated.value * power(1 - 1 / (9 * nullif(rated.value, 0)) - {{ z }} / (3 * sqrt(nullif(rated.value, 0))), 3)
        ) as poisson_lower,
        coalesce(
            interval_limits.poisson_upper,
            (rated.value + 1) * power(1 - 1 / (9 * (rated.value + 1)) + {{ z }} / (3 * sqrt(rated.value + 1)), 3)
        ) as poisson_upper
    from rated
    left join interval_limits
        on rated.measure = 'count'
        and rated.value = interval_limits.n
),

final as (
    select
        metric_key,
        grain,
        period_start,
        segment_type,
        segment_key,
        case measure
            when 'count' then poisson_lower
            when 'duration' then median_lower
            when 'rate' then case when value = 0 then 0 else wilson_centre - wilson_reach end
        end as lower,
        case measure
            when 'count' then poisson_upper
            when 'duration' then median_upper
            when 'rate' then case when value = 1 then 1 else wilson_centre + wilson_reach end
        end as upper
    from limited
)

select * from final
