{{ alerts_as_events("grafana") }}
