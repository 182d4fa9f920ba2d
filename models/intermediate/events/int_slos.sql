with reported as (
    {{ union_of('slos', [
        'generic',
        'prometheus',
        'datadog',
    ]) }}
)

select * from reported
where not is_deleted
