{{ sightings('harness', [{'base': 'pipeline_executions', 'key': 'build_key', 'began': 'started_at', 'ended': 'finished_at'}]) }}
