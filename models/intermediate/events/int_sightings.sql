with reported as (
    {{ union_of('sightings', [
        'github',
    ]) }}
)

select * from reported
