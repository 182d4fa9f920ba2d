with versions as (
    select * from {{ ref("base_sonarqube__vulnerabilities") }} where is_set_aside is not true
),

issues as (
    select
        vulnerability_key,
        {{ latest("project") }} as project,
        {{ latest("severity") }} as severity_name,
        {{ latest("status") }} as status,
        {{ latest("resolution") }} as resolution,
        {{ ts_utc(latest("created_at")) }} as opened_at,
        {{ ts_utc(latest("updated_at")) }} as updated_at,
        {{ ts_utc(latest("closed_at")) }} as closed_at,
        max_by(event, version_key) = 'vulnerabilities.gone' as is_gone,
        max_by(record_key, version_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by vulnerability_key
),

judged as (
    select
        *,
        case
            when status in ('OPEN', 'CONFIRMED', 'REOPENED', 'TO_REVIEW') then 'open'
            when resolution in ('FALSE-POSITIVE', 'WONTFIX', 'ACCEPTED', 'SAFE', 'ACKNOWLEDGED') or status in ('ACCEPTED', 'FALSE_POSITIVE')
                then 'dismissed'
            else 'fixed'
        end as state
    from issues
),

vulnerabilities as (
    select
        'sonarqube' as source,
        -- ids
        vulnerability_key,
        cast(null as {{ dbt.type_string() }}) as repository_key,
        -- text
        project as service_name,
        severity_name,
        state,
        -- timestamps
        opened_at,
        case when state = 'fixed' then coalesce(closed_at, updated_at) end as fixed_at,
        case when state = 'dismissed' then coalesce(closed_at, updated_at) end as dismissed_at,
        cast(null as {{ dbt.type_string() }}) as url,
        -- lineage
        record_key,
        _dlt_load_id
    from judged
    -- what vanished while it was open went with its project: nobody fixed it
    where opened_at is not null and not (is_gone and state = 'open')
)

select * from vulnerabilities
