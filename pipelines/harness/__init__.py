"""The Harness source: its webhooks land in raw_harness."""
