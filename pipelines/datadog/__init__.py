"""The Datadog source: its webhooks land in raw_datadog."""
