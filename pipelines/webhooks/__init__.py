"""The webhook receiver, its spool, and the drain of the spool into the raw tables."""

from pipelines.landing import LoadSummary


def configured() -> list[str]:
    """The sources of which the receiver has ever kept a delivery: a load that finds none waiting has nothing to do."""
    from pipelines.webhooks import drain

    return drain.received()


def load() -> LoadSummary:
    """Land what the receiver has acknowledged, and remove it from the spool: see `pipelines.webhooks.drain`."""
    from pipelines.webhooks import drain

    return drain.load()
