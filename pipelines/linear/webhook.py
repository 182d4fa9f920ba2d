"""Linear's webhooks: `Linear-Signature`, the HMAC-SHA256 of the body, which holds the time of sending in milliseconds.

Confirmed by Linear's own SDK; no vector is published. Retries (after a minute, an hour, six hours) are said to carry
the first time: `webhook_window` in the configuration, in seconds, lets them in.
"""

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Delivery, Webhook

OTHERS = """
    AgentSessionEvent AppUserNotification Attachment AuditEntry Comment Customer CustomerNeed Document Initiative
    InitiativeUpdate IssueLabel IssueSLA OAuthApp PermissionChange ProjectLabel ProjectUpdate Reaction User
"""
signed = proofs.signature("linear-signature")


def proof(delivery: Delivery, secret: str) -> bool:
    """The signature, and then the time in the body that it proves, where there is one."""
    if not signed(delivery, secret):
        return False
    at = reading.parsed(delivery).get("webhookTimestamp")
    if at is None:
        return True
    window = proofs.window_of("linear")
    return isinstance(at, int | float) and proofs.is_near(delivery, at / 1000, window)


WEBHOOK = Webhook(
    proof=proof,
    event=lambda delivery, body: reading.name(body.get("type"), body.get("action")),
    table=reading.tables({"Issue": "issues", "Cycle": "cycles", "Project": "projects"}, OTHERS),
    delivery_id=reading.header_id("linear-delivery"),
    headers=("linear-event", "linear-delivery"),
)
