"""Jenkins' notifications: the secret in `Authorization`, as the Notification plugin sends what stands in its URL.

Confirmed by the plugin's source: `https://username:password@…` becomes basic authentication; it signs nothing.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

PHASES = ("QUEUED", "STARTED", "COMPLETED", "FINALIZED", "NONE")

WEBHOOK = Webhook(
    proof=proofs.configured("jenkins", proofs.header_secret),
    event=lambda delivery, body: reading.name("build", reading.at(body, "build.phase")),
    table=reading.tables({f"build.{phase}": "builds" for phase in PHASES}),
    delivery_id=reading.no_id,
)
