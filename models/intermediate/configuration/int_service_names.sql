-- What tools call services, and which these are: by the seed, else by the same key or name, else the name stands for itself.
with reports as (
    select * from {{ ref('int_incident_reports') }}
),

aliases as (
    select reports.source, reports.report_key, _service_name.service_name
    from reports, {{ explode('reports.service_aliases', 'service_name') }}
),

told as (
    select source, service_name, cast(null as varchar) as report_key, repository_key is null as is_shown
    from {{ ref('int_deployment_candidates') }}
    union all
    select reports.source, _service_name.service_name, reports.report_key, reports.repository_key is null as is_shown
    from reports, {{ explode('reports.service_names', 'service_name') }}
    union all
    -- what names no service at all is shown as well
    select source, 'unknown' as service_name, report_key, true as is_shown
    from reports
    where repository_key is null and {{ list_size('service_names') }} = 0
    union all
    select source, 'unknown' as service_name, null as report_key, true as is_shown
    from {{ ref('int_deployment_candidates') }}
    where repository_key is null and service_name is null
    union all
    select source, service_name, report_key, false as is_shown from aliases
    union all
    select items.source, _service_name.service_name, null as report_key, false as is_shown
    from {{ ref('int_work_items') }} as items, {{ explode('items.service_names', 'service_name') }}
    union all
    select source, service_name, null as report_key, false as is_shown from {{ ref('int_catalogue') }}
    {%- for entity in ['approvals', 'slos', 'survey_responses', 'costs', 'measurements', 'vulnerabilities'] %}
    union all
    select source, service_name, null as report_key, false as is_shown from {{ ref('int_' ~ entity) }}
    {%- endfor %}
),

named as (
    select source, service_name
    from told
    where service_name is not null
    group by source, service_name
),

patterns as (
    select * from {{ ref('service_names') }}
),

services as (
    select service_key, service_key as name, 1 as rank_of_name from {{ ref('services') }}
    union all
    select service_key, service_name as name, 2 as rank_of_name from {{ ref('services') }}
    union all
    select lower(service_name) as service_key, service_name as name, 3 as rank_of_name
    from {{ ref('int_catalogue') }}
    -- an entry that is built from no repository is a name, such as a paging tool's
    where lower(kind) in ('component', 'service') and service_name is not null and repository_key is not null
),

by_seed as (
    select named.source, named.service_name, patterns.service_key
    from named
    inner join patterns
        on named.source = coalesce(lower(patterns.source), named.source)
        and {{ re_match('named.service_name', 'patterns.name_pattern') }}
    qualify row_number() over (
        partition by named.source, named.service_name
        order by patterns.source is null, length(patterns.name_pattern) desc, patterns.name_pattern, patterns.service_key
    ) = 1
),

by_name as (
    select named.source, named.service_name, services.service_key
    from named
    inner join services on lower(named.service_name) = lower(services.name)
    qualify row_number() over (
        partition by named.source, named.service_name order by services.rank_of_name, services.service_key
    ) = 1
),

known as (
    select named.source, named.service_name, coalesce(by_seed.service_key, by_name.service_key) as service_key
    from named
    left join by_seed on named.source = by_seed.source and named.service_name = by_seed.service_name
    left join by_name on named.source = by_name.source and named.service_name = by_name.service_name
),

-- a report whose service is known by its id needs no name
placed as (
    select aliases.report_key
    from aliases
    inner join known on aliases.source = known.source and aliases.service_name = known.service_name
    where known.service_key is not null
),

shown as (
    select source, service_name
    from told
    where is_shown and (report_key is null or report_key not in (select report_key from placed))
    group by source, service_name
)

select
    known.source,
    known.service_name,
    coalesce(known.service_key, concat(known.source, ':service:', lower(known.service_name))) as service_key,
    known.service_key is not null as is_mapped,
    shown.service_name is not null as is_shown
from known
left join shown on known.source = shown.source and known.service_name = shown.service_name
