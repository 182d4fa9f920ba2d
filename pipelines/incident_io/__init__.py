"""The incident.io source: its webhooks land in raw_incident_io."""
