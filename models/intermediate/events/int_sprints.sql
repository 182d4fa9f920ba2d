with reported as (
    {{ union_of('sprints', [
        'azure_devops',
        'generic',
        'jira',
        'linear',
    ]) }}
)

select * from reported
where not is_deleted
