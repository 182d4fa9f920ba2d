with links as (
    select 'Changes to deployments' as link, link_method, deployed_at is not null as is_expected
    from {{ ref('fct_changes') }}
    union all
    select 'Commits to deployments' as link, link_method, deployed_at is not null as is_expected
    from {{ ref('fct_commits') }}
    union all
    select 'Incidents to deployments' as link, link_method, true as is_expected
    from {{ ref('fct_incidents') }}
),

counted_links as (
    select
        link,
        coalesce(link_method, 'not linked') as link_method,
        count(*) as link_count
    from links
    where is_expected or link_method is not null
    group by link, coalesce(link_method, 'not linked')
),

link_methods as (
    select
        -- text
        link,
        link_method,
        {{ tenths('100.0 * link_count / sum(link_count) over (partition by link)') }} || ' %' as share_text,
        -- numbers
        link_count
    from counted_links
)

select * from link_methods
