{{ told_quarantine('harness', [('pipeline_executions', 'repository_key'), 'stages']) }}
