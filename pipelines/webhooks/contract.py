"""What a source says of its webhooks, once, in `pipelines/<source>/webhook.py`: the name `WEBHOOK`.

The receiver asks it whether a delivery is genuine, and the drain which raw table a delivery belongs to.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import pipelines

Body = dict[str, Any]

# Bytes of the largest body that is taken; `engops serve --max-body` says another number.
MAX_BODY = 25 * 2**20


class Delivery(NamedTuple):
    """One delivery as it arrived: `headers` by their lower-case names, the body's bytes, the time of arrival (UTC).

    A header that came twice is one, joined by a comma as HTTP has it.
    """

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


# True where a delivery was made with this secret. It sees raw bytes, parses nothing, and compares in constant time.
Proof = Callable[[Delivery, str], bool]


@dataclass(frozen=True)
class Webhook:
    """One source's webhooks.

    `event` names what was delivered in the vendor's words (`pull_request.closed`), `table` gives the raw table of an
    event and None for one that nobody recognises. `delivery_id` is the vendor's own id, None where it gives none: then
    the body is its own key. `headers` (lower case) are kept with the body; never name one that carries a secret or a
    signature. `content` gives the JSON text of a body that is wrapped, as in a form. `answer` is what a handshake wants
    to hear in place of 202. `invalid` says what is wrong with a body, without its values, and at which JSON path; it
    goes to the quarantine. `ready` raises `LoadError` where the configuration does not say how bodies are to be read:
    then they stay where they are. `schemas` are the JSON Schemas of what is taken, by name; the receiver serves them.
    """

    proof: Proof
    event: Callable[[Delivery, Body], str]
    table: Callable[[str], str | None]
    delivery_id: Callable[[Delivery, Body], str | None]
    headers: tuple[str, ...] = ()
    content: Callable[[Delivery], bytes] = lambda delivery: delivery.body
    answer: Callable[[Delivery], bytes | None] = lambda delivery: None
    invalid: Callable[[Body], tuple[str, str] | None] = lambda body: None
    ready: Callable[[], object] = lambda: None
    schemas: Mapping[str, Any] = field(default_factory=dict)


def webhooks() -> dict[str, Webhook]:
    """Every source that tells of its webhooks, by its folder's name."""
    found = {}
    for entry in pkgutil.iter_modules(pipelines.__path__):
        if not entry.ispkg:
            continue
        folder = importlib.import_module(f"pipelines.{entry.name}")
        if any(part.name == "webhook" for part in pkgutil.iter_modules(folder.__path__)):
            module = importlib.import_module(f"pipelines.{entry.name}.webhook")
            found[entry.name] = module.WEBHOOK
    return found
