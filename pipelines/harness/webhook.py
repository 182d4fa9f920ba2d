"""Harness' pipeline notifications: the secret in a header that the notification rule sets.

Confirmed by Harness' documentation: custom headers and the payload; it documents no signature.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

PIPELINE = ("Start", "End", "Success", "Failed", "Paused")
STAGE = ("Start", "Success", "Failed")

WEBHOOK = Webhook(
    proof=proofs.configured("harness", proofs.header_secret),
    event=lambda delivery, body: reading.name(reading.at(body, "eventData.eventType")),
    table=reading.tables(
        {
            **{f"Pipeline{phase}": "pipeline_executions" for phase in PIPELINE},
            **{f"Stage{phase}": "stage_executions" for phase in STAGE},
        },
        "StepFailed TriggerFailed",
    ),
    delivery_id=reading.no_id,
)
