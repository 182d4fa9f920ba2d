"""The Jenkins source: its webhooks land in raw_jenkins."""
