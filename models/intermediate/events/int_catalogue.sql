with reported as (
    {{ union_of('catalogue', [
        'pagerduty',
    ]) }}
)

select * from reported
where not is_deleted
