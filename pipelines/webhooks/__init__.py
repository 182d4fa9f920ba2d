"""The webhook receiver, its spool, and the drain of the spool into the raw tables."""
