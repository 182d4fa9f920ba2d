"""The GitLab source: its webhooks land in raw_gitlab."""
