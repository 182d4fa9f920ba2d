"""The Bitbucket source: its webhooks land in raw_bitbucket."""
