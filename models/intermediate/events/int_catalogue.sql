with reported as (
    {{ union_of('catalogue', [
        'pagerduty',
        'generic',
        'backstage',
    ]) }}
)

select * from reported
where not is_deleted
