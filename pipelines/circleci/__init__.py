"""The CircleCI source: its webhooks land in raw_circleci."""
