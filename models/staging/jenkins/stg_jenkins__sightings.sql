{{ sightings('jenkins', [
    {
        'base': 'builds', 'key': 'build_key', 'began': 'coalesce(started_at, queued_at)', 'ended': 'finished_at',
        'repository': "concat('jenkins:project:', job_path)",
    },
]) }}
