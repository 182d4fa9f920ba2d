with reported as (
    {{ union_of('load_ledger', [
        'any',
        'git',
        'github',
    ]) }}
)

select * from reported
