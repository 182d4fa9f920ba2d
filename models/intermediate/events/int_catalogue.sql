with reported as (
    {{ union_of('catalogue', [
    ]) }}
)

select * from reported
where not is_deleted
