with changes as (select * from {{ ref("stg_azure_devops__changes") }}),

listed as (
    select *
    from {{ ref("base_azure_devops__pull_request_commits") }}
    where is_set_aside is not true
    qualify row_number() over (partition by change_key, commit_sha order by record_key) = 1
),

change_commits as (
    select
        'azure_devops' as source,
        -- ids
        listed.change_key,
        changes.repository_key,
        listed.commit_sha,
        {{ actor_key("listed.author") }} as author_key,
        listed.message_hash,
        -- timestamps
        listed.authored_at,
        listed.committed_at,
        -- lineage
        listed.record_key,
        listed._dlt_load_id
    from listed
    inner join changes on listed.change_key = changes.change_key
)

select * from change_commits
