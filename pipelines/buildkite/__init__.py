"""The Buildkite source: its webhooks land in raw_buildkite."""
