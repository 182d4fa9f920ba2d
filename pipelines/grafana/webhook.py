"""Grafana's webhook contact points: `X-Grafana-Alerting-Signature`, or the secret in `Authorization`.

The signature is the HMAC-SHA256 of the body, or of `time:body` where a timestamp header is set; it must then be called
`X-Grafana-Alerting-Signature-Timestamp`, since Grafana gives it no name. Confirmed by Grafana's documentation of
contact points; no vector is published.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

SIGNATURE = "x-grafana-alerting-signature"

WEBHOOK = Webhook(
    proof=proofs.configured(
        "grafana",
        proofs.any_of(
            proofs.signature(SIGNATURE),
            proofs.signature(
                SIGNATURE,
                content=proofs.stamped(
                    f"{SIGNATURE}-timestamp",
                    lambda at, delivery: b"%b:%b" % (at, delivery.body),
                ),
            ),
            proofs.header_secret,
        ),
    ),
    event=lambda delivery, body: reading.name(body.get("event") or "alert", body.get("status")),
    table=reading.tables(
        {
            "alert.firing": "alerts",
            "alert.resolved": "alerts",
            "grafana.incident": "incidents",
        }
    ),
    delivery_id=reading.no_id,
)
