{%- set repository = 'coalesce(repository_id, repository_name)' -%}
{{ told_quarantine(
    'github',
    [
        ('pull_requests', repository),
        ('reviews', repository),
        ('review_comments', repository),
        ('issue_comments', repository),
        ('pushes', repository),
        ('push_commits', repository),
        ('refs', repository),
        ('commits', 'repository_name'),
        ('tags', 'repository_name'),
        ('workflow_runs', repository),
        ('workflow_jobs', repository),
        ('deployments', repository),
        ('deployment_statuses', repository),
        ('releases', repository),
        ('issues', repository),
        ('issue_events', 'repository_name'),
        ('repositories', repository),
    ],
    references='stg_github__repository_references',
) }}
