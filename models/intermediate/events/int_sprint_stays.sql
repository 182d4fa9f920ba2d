with reported as (
    {{ union_of('sprint_items', [
        'azure_devops',
        'generic',
        'jira',
        'linear',
    ]) }}
)

select * from reported
