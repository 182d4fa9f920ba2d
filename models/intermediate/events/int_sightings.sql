with reported as (
    {{ union_of('sightings', [
        'github',
        'jenkins',
    ]) }}
)

select * from reported
