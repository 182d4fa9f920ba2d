with issues as (select * from {{ ref("stg_github__issues") }}),

labels as (
    select issue_key, label
    from issues, {{ explode("labels", "label") }}
),

read_labels as (
    select
        issue_key,
        nullif(regexp_extract(label, '(?i)^service[:/] *(.+)$', 1), '') as service_name,
        nullif(regexp_extract(label, '(?i)^(?:sev(?:erity)?[ :/_-]*[a-z0-9]+|p[0-9])$', 0), '') as severity_name
    from labels
),

work_item_labels as (
    select
        issue_key,
        {{ agg_sorted("service_name") }} as service_names,
        -- the worst of several, since sev1, P0 and critical sort before the rest
        min(severity_name) as severity_name
    from read_labels
    group by 1
)

select * from work_item_labels
