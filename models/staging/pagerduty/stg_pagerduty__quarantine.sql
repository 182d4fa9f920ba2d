{{ told_quarantine("pagerduty", ["incidents", "log_entries", "incident_updates", "services"]) }}
