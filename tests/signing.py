"""Genuine deliveries of every source, signed as the vendors document it and without the project's own proofs."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pipelines.webhooks.contract import Delivery

Headers = dict[str, str]
# (secret, body, time of sending, delivery id) → the headers that prove the delivery, and those that identify it.
Signer = Callable[[str, bytes, datetime, str], Headers]

NOW = datetime(2026, 11, 20, 11, 5, 46, 123456, UTC)
KEY = "0b989ba4-242f-11e5-81e1-c7b6966d2516"


def signed(source: str, secret: str, body: bytes, at: datetime = NOW, *, key: str = KEY) -> Headers:
    """The headers (lower case) with which `source` would deliver `body` at a time, as its delivery `key`.

    Linear's body carries a time of its own: take it from `sample`.
    """
    return {"content-type": "application/json"} | SIGNERS[source](secret, body, at, key)


def sample(source: str, at: datetime = NOW, *, key: str = KEY) -> bytes:
    """A small genuine body of a source, made at a time, that its `table` knows."""
    return json.dumps(SAMPLES[source](at, key)).encode()


def secret_of(source: str) -> str:
    """A secret as the source would have it."""
    return SECRETS.get(source, "It's a Secret to Everybody")


def delivered(source: str, at: datetime = NOW, *, key: str = KEY) -> Delivery:
    """A whole genuine delivery that arrives when it is sent."""
    body = sample(source, at, key=key)
    return Delivery(signed(source, secret_of(source), body, at, key=key), body, at)


def digest(key: str | bytes, content: bytes) -> bytes:
    """HMAC-SHA256."""
    return hmac.new(key.encode() if isinstance(key, str) else key, content, hashlib.sha256).digest()


def github(secret: str, body: bytes, at: datetime, key: str) -> Headers:
    return {
        "x-hub-signature-256": "sha256=" + digest(secret, body).hex(),
        "x-github-event": "pull_request",
        "x-github-delivery": key,
    }


def standard_webhooks(secret: str, body: bytes, at: datetime, key: str) -> Headers:
    seconds = str(int(at.timestamp()))
    raw = base64.b64decode(secret.removeprefix("whsec_"))
    made = digest(raw, f"{key}.{seconds}.".encode() + body)
    return {
        "webhook-id": key,
        "webhook-timestamp": seconds,
        "webhook-signature": "v1," + base64.b64encode(made).decode(),
    }


SIGNERS: dict[str, Signer] = {
    "generic": standard_webhooks,
    "github": github,
}
SECRETS = dict.fromkeys(("generic",), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
SAMPLES: dict[str, Callable[[datetime, str], dict[str, Any]]] = {
    "generic": lambda at, key: {"type": "deployment.finished", "id": key, "at": at.isoformat()},
    "github": lambda at, key: {"action": "closed", "number": 1, "pull_request": {"id": 1}},
}
