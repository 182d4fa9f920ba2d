"""Opsgenie's webhooks: the secret in a header that the integration sets.

Not confirmed beyond that: Opsgenie documents custom headers and the payload, and no signature.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Body, Delivery, Webhook


def event(delivery: Delivery, body: Body) -> str:
    """What was done to an alert, `alert.Acknowledge`; custom actions have names of their own."""
    action = reading.word(body.get("action"))
    return f"alert.{action}" if action and reading.at(body, "alert.alertId") else "unknown"


WEBHOOK = Webhook(
    proof=proofs.configured("opsgenie", proofs.header_secret),
    event=event,
    table=reading.tables({"alert": "alerts"}),
    delivery_id=reading.no_id,
)
