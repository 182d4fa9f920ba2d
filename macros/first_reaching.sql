{#- The smallest ordinal that reaches each commit: starting from `seeds` (stream_key, repository_key, commit_sha, ord), ordinals travel along
    `edges` (repository_key, commit_sha, parent_sha) from a commit to its parents, and a commit keeps the smallest. -#}
{% macro first_reaching(seeds, edges) %}{{ return(adapter.dispatch('first_reaching', 'engops')(seeds, edges)) }}{% endmacro %}

{% macro duckdb__first_reaching(seeds, edges) -%}
with recursive reached(stream_key, commit_sha, repository_key, ord) using key (stream_key, commit_sha) as (
    select stream_key, commit_sha, repository_key, min(ord) as ord
    from {{ seeds }}
    group by stream_key, commit_sha, repository_key
    union
    select reached.stream_key, edges.parent_sha, reached.repository_key, min(reached.ord) as ord
    from reached
    inner join {{ edges }} as edges
        on reached.repository_key = edges.repository_key and reached.commit_sha = edges.commit_sha
    left join recurring.reached as known
        on reached.stream_key = known.stream_key and edges.parent_sha = known.commit_sha
    where known.ord is null or reached.ord < known.ord
    group by reached.stream_key, edges.parent_sha, reached.repository_key
)

select stream_key, repository_key, commit_sha, ord from reached
{%- endmacro %}
