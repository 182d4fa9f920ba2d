"""incident.io's webhooks: Standard Webhooks, by Svix.

Confirmed by incident.io's documentation and Svix' published vector.
"""

import re

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

NAME = re.compile(
    r"(?:public|private)_(?:incident|alert|escalation|schedule)\."
    r"(incident|action|alert|escalation|follow_up|membership|postmortem_document|schedule)_[a-z_]+_v[0-9]+"
)
TABLES = {
    "incident": "incidents",
    "follow_up": "follow_ups",
    "postmortem_document": "postmortems",
}


def table(event: str) -> str | None:
    """Incidents, follow-ups and postmortems by themselves; actions, alerts and memberships among the others."""
    found = NAME.fullmatch(event)
    return TABLES.get(found[1], reading.OTHER) if found else None


WEBHOOK = Webhook(
    proof=proofs.standard_webhooks,
    event=lambda delivery, body: reading.name(body.get("event_type")),
    table=table,
    delivery_id=reading.header_id("webhook-id"),
    headers=("webhook-id", "webhook-timestamp"),
)
