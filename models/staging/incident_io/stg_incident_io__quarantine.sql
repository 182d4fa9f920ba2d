{{ told_quarantine("incident_io", ["incidents", "incident_updates", "follow_ups", "postmortems"]) }}
