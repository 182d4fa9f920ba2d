"""Slack's Events API: `X-Slack-Signature`, the HMAC-SHA256 of `v0:time:body`. Confirmed by Slack's published vector.

What people write is not kept: of messages and channels lands what `pipelines/slack/rules.py` lets through, of every
other event its type, place and times.
"""

import hashlib
import re
from typing import Any

import orjson

from pipelines.slack import rules
from pipelines.webhooks import deliveries, proofs, reading
from pipelines.webhooks.contract import Body, Delivery, Webhook

CHANNELS = """
    channel_archive channel_created channel_deleted channel_left channel_rename channel_unarchive
    group_archive group_deleted group_left group_rename group_unarchive
"""
# Recognised, so that they are stripped as well and never quarantined as they came.
OTHERS = """
    app_home_opened app_mention app_rate_limited app_uninstalled channel_history_changed channel_id_changed
    channel_shared channel_unshared dnd_updated emoji_changed file_change file_created file_deleted file_public
    file_shared group_history_changed group_open im_created link_shared member_joined_channel
    member_left_channel message_metadata_posted pin_added pin_removed reaction_added reaction_removed star_added
    star_removed subteam_created subteam_members_changed subteam_updated team_join team_rename tokens_revoked
    url_verification user_change user_huddle_changed user_profile_changed user_status_changed
"""
# Of what could not be read; nobody recognises it, and the quarantine gets it.
UNREADABLE = "unreadable"
ENVELOPE = ("type", "event_id", "event_time", "team_id", "api_app_id", "enterprise_id", "hash")
CHALLENGE = re.compile(r"[\w+/=.~-]{1,200}", re.ASCII)


def event(delivery: Delivery, body: Body) -> str:
    """The event's type, or what the envelope says where it holds none."""
    return reading.name(reading.at(body, "event.type") or body.get("type"))


def content(delivery: Delivery) -> bytes:
    """The body without words and without the token of an older proof; of what cannot be read only a hash."""
    try:
        body = deliveries.parsed(delivery.body)[0]
        kept = {name: body[name] for name in ENVELOPE if isinstance(body.get(name), str | int)}
        if isinstance(body.get("event"), dict):
            kept["event"] = stripped(body["event"])
        return delivery.body if kept == body else orjson.dumps(kept)
    except Exception:  # whatever it is: what was not understood is not kept
        digest = hashlib.sha256(delivery.body).hexdigest()
        return orjson.dumps({"type": UNREADABLE, "hash": digest})


def stripped(told: dict[str, Any]) -> dict[str, Any]:
    """What may land of an event."""
    if told.get("type") == "message":
        return rules.message(told)
    kept = rules.place(told, author=False)
    channel = told.get("channel")
    if isinstance(channel, dict) and told.get("type") in CHANNELS.split():
        kept["channel"] = rules.channel(channel)
    return kept


def answer(delivery: Delivery) -> bytes | None:
    """The challenge of the handshake."""
    body = reading.parsed(delivery)
    challenge = body.get("challenge") if body.get("type") == "url_verification" else None
    if isinstance(challenge, str) and CHALLENGE.fullmatch(challenge):
        return challenge.encode()
    return None


def signed(at: bytes, delivery: Delivery) -> bytes:
    """What is signed."""
    return b"v0:%b:%b" % (at, delivery.body)


WEBHOOK = Webhook(
    proof=proofs.signature(
        "x-slack-signature",
        prefix="v0=",
        content=proofs.stamped("x-slack-request-timestamp", signed),
    ),
    event=event,
    table=reading.tables(
        {"message": "messages", **dict.fromkeys(CHANNELS.split(), "channels")}, OTHERS
    ),
    delivery_id=reading.body_id("event_id"),
    headers=("x-slack-retry-num", "x-slack-retry-reason"),
    content=content,
    answer=answer,
    ready=rules.ready,
)
