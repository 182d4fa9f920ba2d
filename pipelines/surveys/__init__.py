"""The surveys source: its webhooks land in raw_surveys."""
