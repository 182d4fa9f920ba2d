"""The Linear source: its webhooks land in raw_linear."""
