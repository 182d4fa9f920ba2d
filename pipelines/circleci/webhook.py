"""CircleCI's outbound webhooks: `circleci-signature`, a list in which `v1=` is the HMAC-SHA256 of the body.

Confirmed by the four vectors of CircleCI's documentation.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

WEBHOOK = Webhook(
    proof=proofs.signature("circleci-signature", prefix="v1=", separator=b","),
    event=lambda delivery, body: reading.name(body.get("type")),
    table=reading.tables(
        {"workflow-completed": "workflows", "job-completed": "jobs"},
        "ping",
    ),
    delivery_id=reading.body_id("id"),
    headers=("circleci-event-type",),
)
