"""The webhook receiver, its spool, and the drain of the spool into the raw tables."""

from pipelines.landing import LoadSummary


def configured() -> bool:
    """Whether a delivery was ever kept, or a secret is set: a load that finds nothing waiting is then a good one."""
    from pipelines.webhooks import contract, drain, secrets

    return bool(drain.received()) or any(map(secrets.is_set, contract.webhooks()))


def load() -> LoadSummary:
    """Land what the receiver has acknowledged, and remove it from the spool: see `pipelines.webhooks.drain`."""
    from pipelines.webhooks import drain

    return drain.load()
