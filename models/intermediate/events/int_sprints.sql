with reported as (
    {{ union_of('sprints', [
        'generic',
        'jira',
        'linear',
    ]) }}
)

select * from reported
where not is_deleted
