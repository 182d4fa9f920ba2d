{{ alerts_as_incidents("grafana", ["dashboard_url", "panel_url"]) }}
