{{ sightings('azure_devops', [
    {'base': 'pull_requests', 'key': 'change_key', 'began': 'opened_at', 'ended': 'closed_at', 'reopens': true},
    {'base': 'builds', 'key': 'build_key', 'began': 'queued_at', 'ended': 'finished_at'},
]) }}
