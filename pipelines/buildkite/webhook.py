"""Buildkite's webhooks: `X-Buildkite-Signature`, or the token itself in `X-Buildkite-Token`.

`timestamp=…,signature=…`, the HMAC-SHA256 of `timestamp.body`. Confirmed by Buildkite's documentation; its example is
no vector (it has letters that are not hexadecimal). A delivery has no id.
"""

import re

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Delivery, Webhook

HEADER = re.compile(rb"timestamp=([0-9]{1,11}),signature=([0-9a-f]{64})")


def signed(delivery: Delivery, secret: str) -> bool:
    """The signature, made within the window."""
    found = HEADER.fullmatch(proofs.sent(delivery, "x-buildkite-signature"))
    if not found or not proofs.is_near(delivery, proofs.unix_time(found[1])):
        return False
    content = b"%b.%b" % (found[1], delivery.body)
    return proofs.same(found[2], proofs.mac(proofs.text_key(secret), content))


WEBHOOK = Webhook(
    proof=proofs.any_of(signed, proofs.secret_in("x-buildkite-token")),
    event=lambda delivery, body: reading.name(body.get("event")),
    table=reading.tables(
        {"build": "builds", "job": "jobs"}, "ping agent agent_token cluster_token"
    ),
    delivery_id=reading.no_id,
    headers=("x-buildkite-event",),
)
