with reported as (
    {{ union_of('sprints', [
        'generic',
    ]) }}
)

select * from reported
where not is_deleted
