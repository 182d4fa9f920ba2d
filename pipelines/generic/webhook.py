"""Records in our own schema: Standard Webhooks, or the secret as `Authorization: Bearer`, or what is configured."""

from pipelines.generic.schemas import problem, schemas
from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

# One raw table for every type; `coverage` is a row of the load ledger as it stands.
TABLES = dict.fromkeys(schemas(), "records") | {"coverage": "load_ledger"}

WEBHOOK = Webhook(
    proof=proofs.configured("generic", proofs.any_of(proofs.standard_webhooks, proofs.bearer)),
    event=lambda delivery, body: reading.name(body.get("type")),
    table=reading.tables(TABLES),
    delivery_id=reading.header_id("webhook-id"),
    headers=("webhook-id", "webhook-timestamp"),
    invalid=problem,
    schemas=schemas(),
)
