"""ServiceNow's business rules: the secret in a header that the script sets, and the body that docs/ gives for it.

Nothing to confirm: the script is the company's own.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook

WEBHOOK = Webhook(
    proof=proofs.configured("servicenow", proofs.header_secret),
    event=lambda delivery, body: reading.name(body.get("table"), body.get("operation")),
    table=reading.tables(
        {
            "incident": "incidents",
            "change_request": "change_requests",
            "change_task": "change_tasks",
            "sysapproval_approver": "approvals",
        }
    ),
    delivery_id=reading.no_id,
)
