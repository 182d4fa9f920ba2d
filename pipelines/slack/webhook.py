"""Slack's Events API: `X-Slack-Signature`, the HMAC-SHA256 of `v0:time:body`. Confirmed by Slack's published vector.

What people write is not kept: of a message stay its channel and times, and of its text the part that matches
`message_pattern` in the configuration, where there is one.
"""

import re

import orjson

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Body, Delivery, Webhook

CHANNEL = ("created", "rename", "archive", "unarchive", "deleted", "left")
OTHERS = "url_verification app_rate_limited app_uninstalled tokens_revoked"
CHALLENGE = re.compile(r"[\w+/=.~-]{1,200}", re.ASCII)
KEPT = (
    *("type", "subtype", "channel", "channel_type", "ts", "thread_ts", "event_ts"),
    *("user", "bot_id", "app_id", "team"),
)


def event(delivery: Delivery, body: Body) -> str:
    """The event's type, or what the envelope says where it holds none."""
    return reading.name(reading.at(body, "event.type") or body.get("type"))


def content(delivery: Delivery) -> bytes:
    """The body without the token of an older proof, and a message without its words."""
    body = reading.parsed(delivery)
    kept = {key: value for key, value in body.items() if key != "token"}
    event = body.get("event")
    if isinstance(event, dict) and event.get("type") == "message":
        of_message = {key: event[key] for key in KEPT if key in event}
        kept["event"] = of_message | matched(event.get("text"))
    return orjson.dumps(kept) if kept != body else delivery.body


def matched(text: object) -> dict[str, str]:
    """What the configured pattern finds in a text; nothing where there is no pattern or a broken one."""
    pattern = proofs.setting("slack", "message_pattern")
    try:
        match = re.search(pattern, text) if pattern and isinstance(text, str) else None
    except re.error:
        return {}
    return {"text": match[0]} if match else {}


def answer(delivery: Delivery) -> bytes | None:
    """The challenge of the handshake."""
    body = reading.parsed(delivery)
    challenge = body.get("challenge") if body.get("type") == "url_verification" else None
    if isinstance(challenge, str) and CHALLENGE.fullmatch(challenge):
        return challenge.encode()
    return None


WEBHOOK = Webhook(
    proof=proofs.signature(
        "x-slack-signature",
        prefix="v0=",
        content=proofs.stamped(
            "x-slack-request-timestamp", lambda at, delivery: b"v0:%b:%b" % (at, delivery.body)
        ),
    ),
    event=event,
    table=reading.tables(
        {"message": "messages", **{f"channel_{change}": "channels" for change in CHANNEL}}, OTHERS
    ),
    delivery_id=reading.body_id("event_id"),
    headers=("x-slack-retry-num", "x-slack-retry-reason"),
    content=content,
    answer=answer,
)
