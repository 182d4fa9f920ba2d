with reported as (
    {{ union_of('slos', [
        'generic',
        'prometheus',
    ]) }}
)

select * from reported
where not is_deleted
