with reported as (
    {{ union_of('slos', [
    ]) }}
)

select * from reported
where not is_deleted
