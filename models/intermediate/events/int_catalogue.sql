with reported as (
    {{ union_of('catalogue', [
        'pagerduty',
        'generic',
    ]) }}
)

select * from reported
where not is_deleted
