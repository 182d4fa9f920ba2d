{{ told_quarantine('azure_devops', [
    ('repositories', 'repository_key'),
    ('pull_requests', 'repository_key'),
    'threads',
    'pull_request_commits',
    ('builds', 'repository_key'),
    'timeline_records',
    'deployments',
    'environment_records',
    'work_items',
    'work_item_types',
    'iterations',
]) }}
