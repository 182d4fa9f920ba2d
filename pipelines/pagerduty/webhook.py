"""PagerDuty's v3 webhooks: `X-PagerDuty-Signature`, a list of `v1=` and the HMAC-SHA256 of the body, one a secret.

Confirmed by PagerDuty's documentation and by the vector in its Go client.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

# What tells the incident itself, and what tells something about it: a note, a responder, a task.
INCIDENT = (
    *("acknowledged", "delegated", "escalated", "incident_type.changed", "priority_updated"),
    *("reassigned", "reopened", "resolved", "service_updated", "triggered", "unacknowledged"),
)
UPDATE = (
    *("action_invocation", "annotated", "conference_bridge", "custom_field_values", "responder"),
    *("role", "status_update_published", "task", "workflow"),
)

WEBHOOK = Webhook(
    proof=proofs.signature("x-pagerduty-signature", prefix="v1=", separator=b","),
    event=lambda delivery, body: reading.name(reading.at(body, "event.event_type")),
    table=reading.tables(
        {
            "service": "services",
            **{f"incident.{change}": "incidents" for change in INCIDENT},
            **{f"incident.{update}": "incident_updates" for update in UPDATE},
        },
        "pagey.ping",
    ),
    delivery_id=reading.body_id("event.id"),
    headers=("x-webhook-id", "x-webhook-subscription"),
)
