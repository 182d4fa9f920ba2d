"""What a source's webhook.py reads from a delivery: names of events, ids, raw tables. Nothing here ever raises."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from pipelines.webhooks.contract import Body, Delivery

OTHER = "other_events"
# Longer ids than any vendor gives; what is longer or not plain is no id, and the body is its own key.
ID = re.compile(r"[!-~]{1,200}")
WORD = re.compile(r"[\w .:/-]{1,200}", re.ASCII)


def parsed(delivery: Delivery) -> Body:
    """The body, for who needs it before anybody else has read it; empty where it is no JSON object."""
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def at(body: Body, path: str) -> Any:
    """What lies at `event.data.id` in a body; None where nothing does."""
    found: Any = body
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def word(value: object) -> str:
    """A text that can be part of a name as it is, anything else as empty: names are shown to people."""
    return value if isinstance(value, str) and WORD.fullmatch(value) else ""


def name(*parts: object) -> str:
    """An event's name from its parts, `pull_request.closed`; `unknown` where there are none."""
    return ".".join(filter(None, map(word, parts))) or "unknown"


def identifier(value: object) -> str | None:
    """A vendor's id where it can be one."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        value = str(value)
    return value if isinstance(value, str) and ID.fullmatch(value) else None


def header_id(header: str) -> Callable[[Delivery, Body], str | None]:
    """The id that a header gives."""
    return lambda delivery, body: identifier(delivery.headers.get(header))


def body_id(*paths: str) -> Callable[[Delivery, Body], str | None]:
    """The id that stands in the body; of several parts where it takes them to be unique."""

    def found(delivery: Delivery, body: Body) -> str | None:
        parts = [identifier(at(body, path)) for path in paths]
        return ":".join(filter(None, parts)) if all(parts) else None

    return found


def first_of(
    *ids: Callable[[Delivery, Body], str | None],
) -> Callable[[Delivery, Body], str | None]:
    """The first id that a delivery has."""
    return lambda delivery, body: next(filter(None, (id_(delivery, body) for id_ in ids)), None)


def no_id(delivery: Delivery, body: Body) -> None:
    """No id: the vendor gives none, and the body is its own key."""


def tables(known: Mapping[str, str], others: str = "") -> Callable[[str], str | None]:
    """The raw table of an event by its whole name, else by what stands before its last dots.

    `others` are the further names that the vendor documents; any other name has no table.
    """
    named = dict.fromkeys(others.split(), OTHER) | dict(known)

    def table(event: str) -> str | None:
        while event not in named and "." in event:
            event = event.rpartition(".")[0]
        return named.get(event)

    return table
