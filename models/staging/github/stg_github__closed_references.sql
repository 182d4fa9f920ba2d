{% set verb = "(?i)(?:^|[^a-z0-9_])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? +" %}
{% set item = "((?:[a-z0-9_.-]+/[a-z0-9_.-]+)?#[0-9]+|https?://[^ )]+/issues/[0-9]+)" %}

with pull_requests as (select * from {{ ref("stg_github__pull_requests") }}),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

mentions as (
    select pull_request_key, repository_ref, mention
    from pull_requests,
        {{ explode(re_all("concat(coalesce(title, ''), ' ', coalesce(body, ''))", verb ~ item), "mention") }}
),

addressed as (
    select
        mentions.pull_request_key,
        mentions.mention,
        own.repository_id as own_repository_id,
        case
            when mentions.mention like 'http%' then {{ repository_name("mentions.mention") }}
            when mentions.mention not like '#%'
                then concat(split_part(own.repository_key, '/', 1), '/', lower(split_part(mentions.mention, '#', 1)))
        end as repository_name,
        regexp_extract(mentions.mention, '([0-9]+)$', 1) as number
    from mentions
    inner join repository_references as own on mentions.repository_ref = own.repository_ref
),

closed_references as (
    select
        addressed.pull_request_key,
        -- a repository that is not loaded has no id here: its item stays as it was written
        {{ agg_sorted("""case
            when addressed.repository_name is null
                then concat('github:', addressed.own_repository_id, ':issue:', addressed.number)
            when other.repository_id is not null
                then concat('github:', other.repository_id, ':issue:', addressed.number)
            else concat(addressed.repository_name, '#', addressed.number)
        end""") }} as closed_references
    from addressed
    left join repository_references as other on addressed.repository_name = other.repository_ref
    group by 1
)

select * from closed_references
