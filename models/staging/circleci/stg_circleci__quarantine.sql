{{ told_quarantine('circleci', [('workflows', 'repository_key'), ('jobs', 'repository_key')]) }}
