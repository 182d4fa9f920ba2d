{{ told_quarantine("grafana", ["alerts"]) }}
