"""The Opsgenie source: its webhooks land in raw_opsgenie."""
