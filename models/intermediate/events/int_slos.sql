with reported as (
    {{ union_of('slos', [
        'generic',
    ]) }}
)

select * from reported
where not is_deleted
