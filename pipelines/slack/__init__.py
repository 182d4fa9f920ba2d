"""The Slack source: its webhooks land in raw_slack."""
