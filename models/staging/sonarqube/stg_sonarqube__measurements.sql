{#- what SonarQube calls it → ours, with its unit -#}
{% set names = {
    "alert_status": ("quality_gate_passed", "flag"), "coverage": ("test_coverage", "percent"),
    "duplicated_lines_density": ("duplicated_lines", "percent"), "ncloc": ("lines_of_code", "count"), "bugs": ("static_analysis_bugs", "count"),
    "code_smells": ("code_smells", "count"), "vulnerabilities": ("static_analysis_vulnerabilities", "count"),
    "sqale_index": ("technical_debt", "minutes"),
} %}

with measures as (
    select * from {{ ref("base_sonarqube__measures") }} where is_set_aside is not true
),

-- a branch that is not the main one, and a pull request, are not the project
analyses as (
    select * from {{ ref("base_sonarqube__analyses") }} where is_set_aside is not true and is_main and status = 'success'
),

told as (
    select
        project, metric, {{ ts_utc(json_at("point", "$.date")) }} as measured_at, {{ json_at("point", "$.value") }} as told, record_key, _dlt_load_id
    from measures, {{ explode(json_list("history"), "point") }}
    union all
    select project, 'alert_status', analysed_at, gate, record_key, _dlt_load_id
    from analyses
    union all
    -- conditions on new code have metrics of their own, which are left out
    select project, {{ json_at("condition", "$.metric") }}, analysed_at, {{ json_at("condition", "$.value") }}, record_key, _dlt_load_id
    from analyses, {{ explode(json_list("conditions"), "condition") }}
),

named as (
    select
        *,
        case metric
            {%- for metric, (name, unit) in names.items() %}
            when '{{ metric }}' then '{{ name }}'
            {%- endfor %}
        end as name,
        case metric
            {%- for metric, (name, unit) in names.items() %}
            when '{{ metric }}' then '{{ unit }}'
            {%- endfor %}
        end as unit,
        case
            when metric <> 'alert_status' then try_cast(told as double)
            when told = 'OK' then 1
            when told in ('ERROR', 'WARN') then 0
        end as value
    from told
),

measurements as (
    select
        'sonarqube' as source,
        concat('sonarqube:measurement:', project, ':', name, ':', {{ iso_utc("measured_at") }}) as measurement_key,
        name,
        project as service_name,
        cast(null as {{ dbt.type_string() }}) as repository_key,
        cast(null as {{ dbt.type_string() }}) as team_name,
        measured_at,
        min(value) as value,
        unit,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        -- lineage
        min(record_key) as record_key,
        max(_dlt_load_id) as _dlt_load_id
    from named
    -- what was not measured has no value
    where name is not null and measured_at is not null and value is not null
    group by project, name, unit, measured_at
)

select * from measurements
