"""Slack's Events API: `X-Slack-Signature`, the HMAC-SHA256 of `v0:time:body`. Confirmed by Slack's published vector.

What people write is not kept. Of an event that is not a channel's stay its type, place and times, and of its text the
part that matches `message_pattern` in the configuration, where there is one.
"""

import re

import orjson

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Body, Delivery, Webhook

CHANGES = ("archive", "created", "deleted", "left", "rename", "unarchive")
CHANNEL = {f"channel_{change}" for change in CHANGES}
# Recognised, so that they are stripped as well and never quarantined as they came.
OTHERS = """
    app_home_opened app_mention app_rate_limited app_uninstalled channel_history_changed channel_id_changed
    channel_shared channel_unshared dnd_updated emoji_changed file_change file_created file_deleted file_public
    file_shared group_archive group_left group_rename group_unarchive im_created link_shared member_joined_channel
    member_left_channel message_metadata_posted pin_added pin_removed reaction_added reaction_removed star_added
    star_removed subteam_created subteam_members_changed subteam_updated team_join team_rename tokens_revoked
    url_verification user_change user_huddle_changed user_profile_changed user_status_changed
"""
KEPT = (
    *("type", "subtype", "channel", "channel_type", "ts", "thread_ts", "event_ts"),
    *("user", "bot_id", "app_id", "team"),
)
CHALLENGE = re.compile(r"[\w+/=.~-]{1,200}", re.ASCII)


def event(delivery: Delivery, body: Body) -> str:
    """The event's type, or what the envelope says where it holds none."""
    return reading.name(reading.at(body, "event.type") or body.get("type"))


def content(delivery: Delivery) -> bytes:
    """The body without the token of an older proof, and without words."""
    body = reading.parsed(delivery)
    kept = {key: value for key, value in body.items() if key != "token"}
    event = body.get("event")
    if isinstance(event, dict) and event.get("type") not in CHANNEL:
        plain = {key: event[key] for key in KEPT if isinstance(event.get(key), str)}
        kept["event"] = plain | matched(event.get("text"))
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
    table=reading.tables({"message": "messages", **dict.fromkeys(CHANNEL, "channels")}, OTHERS),
    delivery_id=reading.body_id("event_id"),
    headers=("x-slack-retry-num", "x-slack-retry-reason"),
    content=content,
    answer=answer,
)
