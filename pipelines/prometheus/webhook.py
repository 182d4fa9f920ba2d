"""Alertmanager's webhooks: the secret in `Authorization`, as its `http_config` sends it.

Confirmed by Prometheus' documentation: bearer or basic; it signs nothing.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

WEBHOOK = Webhook(
    proof=proofs.configured("prometheus", proofs.header_secret),
    event=lambda delivery, body: reading.name("alert", body.get("status")),
    table=reading.tables({"alert.firing": "alerts", "alert.resolved": "alerts"}),
    delivery_id=reading.no_id,
)
