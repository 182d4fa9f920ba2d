"""The generic source: deliveries of anything in a small JSON schema of our own."""
