{{ told_quarantine(
    'bitbucket',
    [
        ('repositories', 'repository_id'),
        ('pull_requests', 'repository_id'),
        ('activities', 'repository_id'),
        ('commits', 'repository_id'),
        ('pushes', 'repository_id'),
        ('push_commits', 'repository_id'),
        ('tags', 'repository_id'),
        ('pipelines', 'repository_id'),
        ('steps', 'repository_id'),
        ('commit_statuses', 'repository_id'),
        ('deployments', 'repository_id'),
    ],
    references='stg_bitbucket__repository_references',
) }}
