with changes as (
    select * from {{ ref('int_changes') }}
),

change_services as (
    select * from {{ ref('int_change_services') }}
),

change_deployments as (
    select * from {{ ref('int_change_deployments') }}
),

owners as (
    select * from {{ ref('int_service_teams') }}
)

select
    md5(concat(changes.change_key, '|', coalesce(change_services.service_key, ''))) as change_service_key,
    changes.change_key,
    changes.repository_key,
    change_services.service_key,
    owners.team_key,
    changes.has_request,
    changes.is_bot,
    changes.is_hotfix,
    changes.is_revert,
    changes.first_commit_at,
    changes.opened_at,
    changes.ready_at,
    changes.first_review_at,
    changes.approved_at,
    changes.merged_at,
    change_deployments.deployed_at,
    change_deployments.deployment_key,
    change_deployments.link_method,
    not coalesce(change_deployments.is_first, false) as is_measured,
    changes.lines_added,
    changes.lines_deleted,
    changes.files_changed,
    changes.url,
    changes.record_keys
from changes
inner join change_services on changes.change_key = change_services.change_key
left join change_deployments
    on change_services.change_key = change_deployments.change_key
    and change_services.service_key = change_deployments.service_key
left join owners
    on change_services.service_key = owners.service_key
    and changes.merged_at >= owners.valid_from and changes.merged_at < owners.valid_until
