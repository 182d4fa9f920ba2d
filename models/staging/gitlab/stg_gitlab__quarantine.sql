{{ told_quarantine(
    'gitlab',
    [
        ('projects', 'repository_id'),
        ('merge_requests', 'repository_id'),
        ('notes', 'repository_id'),
        ('commits', 'repository_id'),
        ('pushes', 'repository_id'),
        ('push_commits', 'repository_id'),
        ('tags', 'repository_id'),
        ('pipelines', 'repository_id'),
        ('jobs', 'repository_id'),
        ('deployments', 'repository_id'),
        ('releases', 'repository_id'),
        ('issues', 'repository_id'),
        ('issue_events', 'repository_id'),
    ],
    references='stg_gitlab__projects',
) }}
