{{ told_quarantine('jira', ['issues', 'changes', 'sprints', 'versions', 'directory']) }}
