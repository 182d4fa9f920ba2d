-- Services as the catalogue knows them, with the team that it names; what a seed says goes before it wherever both are read.
with catalogue as (
    select * from {{ ref('int_catalogue') }}
    where lower(kind) in ('component', 'service') and service_name is not null
),

names as (
    select * from {{ ref('int_service_names') }} where is_mapped
),

teams as (
    select * from {{ ref('teams') }}
),

owners as (
    select catalogue.owner_name, min(teams.team_key) as team_key
    from (select distinct owner_name from catalogue where owner_name is not null) as catalogue
    left join teams on lower(catalogue.owner_name) in (lower(teams.team_key), lower(teams.team_name))
    group by catalogue.owner_name
)

select
    catalogue.entity_key,
    names.service_key,
    catalogue.name as service_name,
    catalogue.system_name as product_area,
    catalogue.tier,
    catalogue.repository_key,
    coalesce(catalogue.path_prefix, '') as path_prefix,
    coalesce(owners.team_key, lower(catalogue.owner_name)) as team_key,
    catalogue.owner_name as team_name
from catalogue
inner join names on catalogue.source = names.source and catalogue.service_name = names.service_name
left join owners on catalogue.owner_name = owners.owner_name
