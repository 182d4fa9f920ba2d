"""GitHub's webhooks: `X-Hub-Signature-256`, the HMAC-SHA256 of the body. Confirmed by GitHub's published vector."""

from urllib.parse import parse_qs

from pipelines.github import events
from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Body, Delivery, Webhook


def event(delivery: Delivery, body: Body) -> str:
    """The event of the header with the body's action, `pull_request.closed`."""
    told = delivery.headers.get("x-github-event") or events.infer(body)
    return reading.name(told, body.get("action"))


def table(event: str) -> str | None:
    """The raw table of an event that GitHub knows."""
    kind = event.partition(".")[0]
    return events.table_of(kind) if events.is_event(kind) else None


def content(delivery: Delivery) -> bytes:
    """The JSON text: the body, or the field `payload` of a form."""
    if not delivery.body.startswith(b"payload="):  # which no JSON text does
        return delivery.body
    form = parse_qs(
        delivery.body.decode("latin-1"), keep_blank_values=True, errors="surrogateescape"
    )
    return form["payload"][0].encode("utf-8", "surrogateescape")


WEBHOOK = Webhook(
    proof=proofs.signature("x-hub-signature-256", prefix="sha256="),
    event=event,
    table=table,
    delivery_id=reading.header_id("x-github-delivery"),
    headers=("x-github-event", "x-github-delivery", "x-github-hook-installation-target-type"),
    content=content,
)
