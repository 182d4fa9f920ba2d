{{ told_quarantine('jenkins', [('builds', 'repository_key'), 'stages']) }}
