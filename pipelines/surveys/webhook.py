"""Surveys, as Typeform sends them: `Typeform-Signature`, `sha256=` and the HMAC-SHA256 of the body in base64.

Confirmed by Typeform's documentation; no vector is published. Another tool's header can be configured.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

WEBHOOK = Webhook(
    proof=proofs.configured(
        "surveys",
        proofs.signature("typeform-signature", prefix="sha256=", encode=proofs.base64_text),
    ),
    event=lambda delivery, body: reading.name(body.get("event_type")),
    table=reading.tables({"form_response": "responses"}, "form_response_partial"),
    delivery_id=reading.body_id("event_id"),
)
