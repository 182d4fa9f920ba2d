"""The webhook receiver, its spool, and the drain of the spool into the raw tables."""

from pipelines.landing import LoadSummary


def configured() -> list[str]:
    """The sources of which deliveries wait in the spool."""
    from pipelines.webhooks import drain

    return drain.waiting()


def load() -> LoadSummary:
    """Land what the receiver has acknowledged, and remove it from the spool: see `pipelines.webhooks.drain`."""
    from pipelines.webhooks import drain

    return drain.load()
