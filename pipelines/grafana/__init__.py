"""The Grafana source: its webhooks land in raw_grafana."""
