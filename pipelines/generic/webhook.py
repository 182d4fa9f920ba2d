"""Deliveries in our own schema: Standard Webhooks, or the secret as `Authorization: Bearer`, or what is configured."""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

WEBHOOK = Webhook(
    proof=proofs.configured("generic", proofs.any_of(proofs.standard_webhooks, proofs.bearer)),
    event=lambda delivery, body: reading.name(body.get("type")),
    table=reading.tables(
        {
            "deployment": "deployments",
            "change": "changes",
            "build": "builds",
            "incident": "incidents",
            "work_item": "work_items",
        }
    ),
    delivery_id=reading.header_id("webhook-id"),
    headers=("webhook-id", "webhook-timestamp"),
)
