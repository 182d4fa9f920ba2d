with reported as (
    {{ union_of('sprint_items', [
    ]) }}
)

select * from reported
