with versions as (select * from {{ ref("base_backstage__entities") }} where not is_set_aside),

newest as (
    select *
    from versions
    qualify row_number() over (partition by entity_key order by version_key desc, record_key) = 1
),

placed as (
    select
        *,
        -- what stands before the branch, and behind it; a branch with a slash is not known
        nullif({{ re_replace("location", "(/-)?/(tree|blob|src)/.*$", "") }}, '') as repository_url,
        {{ re_group("location", "'/(?:tree|blob|src)/[^/]+/(.+)$'") }} as path
    from newest
),

catalogue as (
    select
        'backstage' as source,
        entity_key,
        kind,
        coalesce(title, name) as name,
        case when namespace = 'default' then name else concat(namespace, '/', name) end as service_name,
        coalesce(
            {{ remote_name("repository_url") }},
            project_key,
            repository_key
        ) as named_repository_key,
        case
            when location is not null then nullif({{ re_replace("path", "(/?[^/]*[.]ya?ml|/+)$", "") }}, '') || '/'
            -- the file may lie in another repository than the component
            when coalesce(project_key, repository_key) = repository_key then folder
        end as named_path_prefix,
        {{ re_replace("system_name", "^([^:]*:)?([^/]*/)?", "") }} as system_name,
        -- an owner who is a user is a person
        case when lower(owner) not like 'user:%' then {{ re_replace("owner", "^([^:]*:)?([^/]*/)?", "") }} end as owner_name,
        lifecycle,
        tier,
        event like '%.gone' as is_deleted,
        cast(null as {{ dbt.type_string() }}) as url,
        record_key,
        _dlt_load_id
    from placed
)

select
    source,
    entity_key,
    kind,
    name,
    service_name,
    case when kind = 'component' then named_repository_key end as repository_key,
    case when kind = 'component' then coalesce(named_path_prefix, '') end as path_prefix,
    system_name,
    owner_name,
    lifecycle,
    tier,
    is_deleted,
    url,
    record_key,
    _dlt_load_id
from catalogue
