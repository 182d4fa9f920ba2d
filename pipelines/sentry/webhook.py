"""Sentry's integration webhooks: `Sentry-Hook-Signature`, the HMAC-SHA256 of the body.

Confirmed by Sentry's documentation; no vector is published. `Sentry-Hook-Timestamp` is not signed and proves nothing.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Body, Delivery, Webhook


def event(delivery: Delivery, body: Body) -> str:
    """The resource with what was done to it, `issue.resolved`."""
    return reading.name(delivery.headers.get("sentry-hook-resource"), body.get("action"))


WEBHOOK = Webhook(
    proof=proofs.signature("sentry-hook-signature"),
    event=event,
    table=reading.tables(
        {"issue": "issues", "event_alert": "alerts", "metric_alert": "alerts"},
        "comment error installation preprod_artifact seer",
    ),
    delivery_id=reading.header_id("request-id"),
    headers=("sentry-hook-resource", "sentry-hook-timestamp", "request-id"),
)
