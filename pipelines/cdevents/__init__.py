"""The CDEvents source: its webhooks land in raw_cdevents."""
