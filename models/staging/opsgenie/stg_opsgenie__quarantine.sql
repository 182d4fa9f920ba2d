{{ told_quarantine("opsgenie", ["alerts", "incidents", "incident_timelines", "services"]) }}
