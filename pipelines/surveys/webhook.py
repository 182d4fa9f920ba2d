"""Surveys, as Typeform sends them: `Typeform-Signature`, `sha256=` and the HMAC-SHA256 of the body in base64.

Confirmed by Typeform's documentation; no vector is published. Another tool's header can be configured. Who answered is
hashed and words are left out before anything lands, in the quarantine as well (`pipelines/surveys/privacy.py`).
"""

import orjson

from pipelines.surveys import privacy
from pipelines.webhooks import deliveries, proofs, reading
from pipelines.webhooks.contract import Delivery, Webhook

# The event of what files hold: an answer in the same form.
RESPONSE = "response"
# The event of what was no JSON object; nobody recognises it, and the quarantine gets it.
UNREADABLE = "unreadable"
ENVELOPE = ("event_id", "event_type")


def content(delivery: Delivery) -> bytes:
    """The body without people and words; of what cannot be read only a hash, since nobody knows whom it names."""
    by = privacy.rules()
    try:
        body = deliveries.parsed(delivery.body)[0]
        if body.get("event_type") == UNREADABLE:
            return orjson.dumps({"event_type": UNREADABLE, "hash": by.hashed(body.get("hash"))})
        kept = {key: body[key] for key in ENVELOPE if reading.identifier(body.get(key))}
        if isinstance(body.get("form_response"), dict):
            kept["form_response"] = privacy.kept(body["form_response"], by)
        return delivery.body if kept == body else orjson.dumps(kept)
    except Exception:  # whatever it is: what was not understood is not kept
        return orjson.dumps({"event_type": UNREADABLE, "hash": by.hashed(delivery.body.hex())})


WEBHOOK = Webhook(
    proof=proofs.configured(
        "surveys",
        proofs.signature("typeform-signature", prefix="sha256=", encode=proofs.base64_text),
    ),
    event=lambda delivery, body: reading.name(body.get("event_type")),
    table=reading.tables(
        {"form_response": "responses", RESPONSE: "responses"}, "form_response_partial"
    ),
    delivery_id=reading.body_id("event_id"),
    content=content,
    ready=privacy.rules,
)
