{%- set repository = "coalesce(repository_key, 'circleci')" -%}
{{ sightings('circleci', [
    {'base': 'workflows', 'key': 'build_key', 'began': 'created_at', 'ended': 'stopped_at', 'repository': repository},
    {
        'base': 'jobs', 'key': 'build_key', 'began': 'started_at', 'ended': 'stopped_at', 'repository': repository,
        'where': 'not is_approval',
    },
]) }}
