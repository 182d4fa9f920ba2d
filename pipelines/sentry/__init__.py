"""The Sentry source: its webhooks land in raw_sentry."""
