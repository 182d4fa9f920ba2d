with reported as (
    {{ union_of('sprints', [
    ]) }}
)

select * from reported
where not is_deleted
