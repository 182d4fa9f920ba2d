{{ told_quarantine('argocd', [('sync_operations', 'repository_key')]) }}
