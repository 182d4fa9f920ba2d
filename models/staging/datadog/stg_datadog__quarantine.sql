{{ told_quarantine("datadog", ["slos", "slo_history", "incidents", "deployments", "alerts"]) }}
