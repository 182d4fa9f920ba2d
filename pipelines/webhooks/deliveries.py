"""A delivery → the raw table and the record that it lands as; the same for the spool, for a folder, and for a retry.

Nothing here raises for what a delivery holds. What cannot land is a record of `quarantine`, whose payload is
`{"reason", "detail", "path", "origin", "headers", "body"}`: why, in words that can be counted; more of it; where in the
body, as a JSON path; file or segment with its line; the headers that were kept, null where not even these could be
read; and what came, whole, as text or in `body_base64`. `"is_cut": true` says that only its beginning was kept.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from pipelines import landing
from pipelines.landing import Channel, Record
from pipelines.webhooks.contract import Body, Delivery, Webhook

QUARANTINE = "quarantine"
UNKNOWN = "unknown"
# The event of a quarantine's row that says that the row of the same key has landed since.
RELEASED = "released"

NOT_JSON = "not JSON"
NOT_UTF8 = "not UTF-8"
NO_OBJECT = "not a JSON object"
TOO_DEEP = "nested too deep"
TOO_BIG_A_NUMBER = "a number beyond all limits"
UNRECOGNISED = "nobody recognises the event"
CONTRADICTS = "the id of another delivery"
UNEXPECTED = "its source cannot read it"
INVALID = "not valid by its schema"

# An escaped backslash and a whole surrogate pair stay (group 1); what is left of surrogates is a half.
HALVES = re.compile(
    r"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
# A string, which may break off at the end, or a mark of structure; possessive, so that long ones take no memory.
TOKENS = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"|\\?\Z)|[{}\[\],:]', re.DOTALL)
PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}")
SHOWN_STEPS = 20


class UnreadableError(ValueError):
    """A text that is no payload: why, more of it, and the JSON path of the place where there is one."""

    def __init__(self, reason: str, detail: str | None = None, path: str | None = None) -> None:
        """Keep the three apart."""
        super().__init__(reason, detail, path)
        self.reason, self.detail, self.path = reason, detail, path

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


class Reading(NamedTuple):
    """What a delivery came to: its raw table, its record, and the parsed body; none where it is for the quarantine.

    The body of `delivery` is the content, where that could be read.
    """

    table: str
    record: Record
    delivery: Delivery
    origin: str
    body: Body | None = None
    is_mended: bool = False
    problem: UnreadableError | None = None


def read(
    webhook: Webhook, delivery: Delivery, origin: str, channel: Channel = "webhook"
) -> Reading:
    """The record of a delivery and its raw table; the quarantine's where it has no other.

    `origin` says where it was found, `channel` how the quarantine's record came here.
    """
    try:
        content = _asked(webhook.content, delivery)
        body, text, is_mended = parsed(content)
        event = _asked(webhook.event, delivery, body)
        table = _asked(webhook.table, event)
        if table is None:
            raise UnreadableError(UNRECOGNISED)
        if wrong := _asked(webhook.invalid, body):
            raise UnreadableError(INVALID, *wrong)
        key = _asked(webhook.delivery_id, delivery, body) or landing.key_of(event, text)
    except UnreadableError as problem:
        return quarantined(webhook, delivery, origin, problem, channel)
    record = Record(key, "webhook", event, delivery.received_at, text)
    return Reading(table, record, delivery._replace(body=content), origin, body, is_mended)


def quarantined(
    webhook: Webhook,
    delivery: Delivery,
    origin: str,
    problem: UnreadableError,
    channel: Channel = "webhook",
) -> Reading:
    """The record that keeps a delivery that cannot land: its content, where that can be told from its wrapping."""
    event, key = UNKNOWN, None
    body: Body = {}
    kept = delivery
    with suppress(UnreadableError):
        content = _asked(webhook.content, delivery)
        body = parsed(content)[0]
        # What a source leaves out of what lands is not kept here either.
        kept = delivery._replace(body=content)
    with suppress(UnreadableError):  # the headers may still say what it is
        event = _asked(webhook.event, delivery, body)
        key = _asked(webhook.delivery_id, delivery, body)
    return _kept(kept, origin, problem, channel, event, key, delivery.headers)


def without(webhook: Webhook, content: bytes, received_at: datetime) -> bytes:
    """What is no delivery, without what its source leaves out of what lands, as far as the source can tell."""
    with suppress(UnreadableError):
        found: bytes = _asked(webhook.content, Delivery({}, content, received_at))
        return found
    return content


def damaged(
    content: bytes,
    received_at: datetime,
    origin: str,
    problem: UnreadableError,
    channel: Channel = "webhook",
    is_cut: bool = False,
) -> Reading:
    """The record that keeps what is not even a delivery: a line or a file, or the beginning of one."""
    delivery = Delivery({}, content, received_at)
    return _kept(delivery, origin, problem, channel, UNKNOWN, None, None, is_cut)


def contradicting(reading: Reading) -> Reading:
    """The record that keeps a delivery whose id another one has, with other content: that is no repetition."""
    content = as_text(reading.delivery.body)[1]
    key = landing.key_of(reading.record.record_key, content)
    problem = reading.problem or UnreadableError(CONTRADICTS, reading.record.record_key)
    return _kept(
        reading.delivery,
        reading.origin,
        problem,
        "webhook",
        reading.record.event,
        key,
        reading.delivery.headers,
    )


def _kept(
    delivery: Delivery,
    origin: str,
    problem: UnreadableError,
    channel: Channel,
    event: str,
    key: str | None,
    headers: Mapping[str, str] | None,
    is_cut: bool = False,
) -> Reading:
    """One row of the quarantine."""
    field, content = as_text(delivery.body)
    payload: dict[str, Any] = {
        "reason": problem.reason,
        "detail": problem.detail,
        "path": problem.path,
        "origin": origin,
        "headers": None if headers is None else dict(headers),
        field: content,
    }
    if is_cut:
        payload["is_cut"] = True
    # what stands at two places of files is two mistakes; a delivery that comes twice is one
    place = (origin,) if channel == "file" else ()
    record = Record(
        key or landing.key_of(event, content, *place),
        channel,
        UNKNOWN if event == RELEASED else event,
        delivery.received_at,
        landing.dumps(payload),
    )
    return Reading(QUARANTINE, record, delivery, origin, problem=problem)


def as_text(body: bytes) -> tuple[str, str]:
    """The field of a quarantine's payload that keeps these bytes, and its value."""
    try:
        return "body", body.decode()
    except UnicodeDecodeError:
        return "body_base64", b64encode(body).decode()


def bytes_of(payload: Mapping[str, Any]) -> bytes:
    """The bytes that a quarantine's payload keeps."""
    return payload["body"].encode() if "body" in payload else b64decode(payload["body_base64"])


def digest(reading: Reading) -> str:
    """What tells two deliveries of one id apart: the md5 of what landed, or of what the quarantine keeps."""
    kept = reading.record.payload if reading.problem is None else as_text(reading.delivery.body)[1]
    return hashlib.md5(kept.encode(), usedforsecurity=False).hexdigest()


def _asked(question: Callable[..., Any], *arguments: Any) -> Any:
    """What a source's own function says; a mistake in it must not stop everybody else's deliveries."""
    try:
        return question(*arguments)
    except Exception as error:
        raise UnreadableError(UNEXPECTED, type(error).__name__) from error


def parsed(content: bytes) -> tuple[Body, str, bool]:
    """A body, its text, and whether that had to be mended: halves of characters, which no JSON column takes.

    orjson's limits are narrower than DuckDB's: 1,024 levels, and numbers that fit a double. What passes here, passes
    there.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(NOT_UTF8, f"{error.reason} at byte {error.start}") from error
    is_mended = False
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        mended = HALVES.sub(lambda match: match[1] or "\\ufffd", text)
        is_mended = mended != text
        try:
            body = orjson.loads(mended) if is_mended else _refuse(error, text)
        except orjson.JSONDecodeError as still:
            _refuse(still, mended)
        text = mended
    if not isinstance(body, dict):
        raise UnreadableError(NO_OBJECT, f"but a {type(body).__name__}", "$")
    return body, text, is_mended


def _refuse(error: orjson.JSONDecodeError, text: str) -> Any:
    """Raise what orjson's message means."""
    reason = NOT_JSON
    if "depth limit" in error.msg or "recursion limit" in error.msg:
        reason = TOO_DEEP
    elif "infinity" in error.msg:
        reason = TOO_BIG_A_NUMBER
    raise UnreadableError(reason, str(error), path_at(text, error.pos)) from error


def path_at(text: str, position: int) -> str:
    """The JSON path of a position in a text that may break off there, `$.commits[3].id`; odd keys are shown as `*`."""
    steps: list[str | int] = []
    key = "*"
    for token in TOKENS.finditer(text, 0, position):
        mark = token[0]
        if mark == "{":
            steps.append("*")
        elif mark == "[":
            steps.append(0)
        elif mark in "}]":
            if steps:
                steps.pop()
        elif mark == ",":
            if steps:
                last = steps[-1]
                steps[-1] = last + 1 if isinstance(last, int) else "*"
        elif mark == ":":
            if steps and isinstance(steps[-1], str):
                steps[-1] = key
        else:
            key = token[1] if PLAIN_KEY.fullmatch(token[1]) else "*"
    shown = "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps[:SHOWN_STEPS]
    )
    return f"${shown}{'…' if len(steps) > SHOWN_STEPS else ''}"
