"""Argo CD's notifications: the secret in a header of the webhook service, and the body that docs/ gives as template.

Confirmed by Argo CD's documentation: custom headers and basic authentication; it signs nothing.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

PHASES = ("Running", "Succeeded", "Failed", "Error", "Terminating")

WEBHOOK = Webhook(
    proof=proofs.configured("argocd", proofs.header_secret),
    event=lambda delivery, body: reading.name(body.get("event")),
    table=reading.tables({f"sync.{phase}": "sync_operations" for phase in PHASES}),
    delivery_id=reading.no_id,
)
