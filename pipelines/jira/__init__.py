"""The Jira source: its webhooks land in raw_jira."""
