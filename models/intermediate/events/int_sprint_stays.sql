with reported as (
    {{ union_of('sprint_items', [
        'generic',
    ]) }}
)

select * from reported
