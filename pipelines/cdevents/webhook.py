"""CDEvents over CloudEvents, structured and binary: Standard Webhooks or the secret as bearer, or what is configured.

CloudEvents names no proof. In binary mode its headers are signed by nobody, so what the body says of itself goes first.
"""

import re

from pipelines.landing import key_of
from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Body, Delivery, Webhook

NAME = re.compile(r"dev\.cdevents(x)?\.([a-z-]+)\.[a-z-]+\.[0-9].*")
SUBJECTS = frozenset(
    (
        *("approval", "artifact", "branch", "build", "change", "environment", "incident"),
        *("pipelinerun", "repository", "service", "taskrun", "testcaserun", "testoutput"),
        *("testsuiterun", "ticket"),
    )
)


def attribute(name: str, delivery: Delivery, body: Body) -> str:
    """An attribute of the event: of the envelope, else of CDEvents' own context, else of the headers."""
    found = (
        body.get(name),
        reading.at(body, f"context.{name}"),
        delivery.headers.get(f"ce-{name}"),
    )
    return next(filter(None, map(reading.identifier, found)), "")


def delivery_id(delivery: Delivery, body: Body) -> str | None:
    """Ids are unique within their source."""
    source, own = attribute("source", delivery, body), attribute("id", delivery, body)
    return key_of(source, own) if source and own else None


def table(event: str) -> str | None:
    """One raw table for every subject of the specification; custom types are kept apart."""
    found = NAME.fullmatch(event)
    if not found:
        return None
    if found[1]:
        return reading.OTHER
    return "events" if found[2] in SUBJECTS else None


WEBHOOK = Webhook(
    proof=proofs.configured("cdevents", proofs.any_of(proofs.standard_webhooks, proofs.bearer)),
    event=lambda delivery, body: reading.name(attribute("type", delivery, body)),
    table=table,
    delivery_id=delivery_id,
    headers=("ce-id", "ce-source", "ce-type", "ce-time", "ce-subject", "ce-specversion"),
)
