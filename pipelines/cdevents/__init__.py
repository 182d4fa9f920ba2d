"""The CDEvents source: its webhooks land in raw_cdevents, structured and binary ones in one table."""
