with alerts as (select * from {{ ref("base_github__dependabot_alerts") }} where is_set_aside is not true),

repository_references as (select * from {{ ref("stg_github__repository_references") }}),

versions as (
    select
        alerts.*,
        repository_references.repository_key,
        concat('github:', repository_references.repository_id, ':dependabot_alert:', alerts.alert_number) as vulnerability_key
    from alerts
    inner join repository_references on coalesce(alerts.repository_id, alerts.repository_name) = repository_references.repository_ref
),

merged as (
    select
        -- ids
        vulnerability_key,
        max(repository_key) as repository_key,
        max_by(record_key, version_key) as record_key,
        -- text
        coalesce({{ latest("severity") }}, {{ latest("advisory_severity") }}) as severity_name,
        lower({{ latest("state") }}) as state,
        {{ latest("html_url") }} as url,
        -- timestamps
        {{ ts_utc(latest("created_at")) }} as opened_at,
        {{ ts_utc(latest("updated_at")) }} as updated_at,
        {{ ts_utc(latest("fixed_at")) }} as fixed_at,
        {{ ts_utc(latest("dismissed_at")) }} as dismissed_at,
        {{ ts_utc(latest("auto_dismissed_at")) }} as auto_dismissed_at,
        -- lineage
        max(_dlt_load_id) as _dlt_load_id
    from versions
    group by vulnerability_key
),

vulnerabilities as (
    select
        'github' as source,
        vulnerability_key,
        repository_key,
        cast(null as {{ dbt.type_string() }}) as service_name,
        severity_name,
        -- what a rule dismisses is dismissed as well
        case when state in ('open', 'fixed') then state else 'dismissed' end as state,
        opened_at,
        case when state = 'fixed' then coalesce(fixed_at, updated_at) end as fixed_at,
        case
            when state = 'dismissed' then coalesce(dismissed_at, updated_at)
            when state = 'auto_dismissed' then coalesce(auto_dismissed_at, updated_at)
        end as dismissed_at,
        url,
        record_key,
        _dlt_load_id
    from merged
)

select * from vulnerabilities
