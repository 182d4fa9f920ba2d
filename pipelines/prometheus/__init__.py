"""The Prometheus source: its webhooks land in raw_prometheus."""
