"""SonarQube's webhooks: `X-Sonar-Webhook-HMAC-SHA256`, the HMAC-SHA256 of the body, or basic from the URL.

Confirmed by Sonar's documentation; no vector is published.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

STATUSES = ("SUCCESS", "FAILED", "CANCELLED")

WEBHOOK = Webhook(
    proof=proofs.configured(
        "sonarqube",
        proofs.any_of(proofs.signature("x-sonar-webhook-hmac-sha256"), proofs.header_secret),
    ),
    event=lambda delivery, body: reading.name("analysis", body.get("status")),
    table=reading.tables({f"analysis.{status}": "analyses" for status in STATUSES}),
    delivery_id=reading.no_id,
    headers=("x-sonarqube-project",),
)
