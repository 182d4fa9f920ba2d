with reported as (
    {{ union_of('sprint_items', [
        'generic',
        'jira',
        'linear',
    ]) }}
)

select * from reported
