"""Datadog's webhooks: the secret in a custom header, and a body whose template has `event_type`, as the default one.

Confirmed by Datadog's documentation: custom headers and `$EVENT_TYPE`; it signs nothing.
"""

import re

from pipelines.webhooks import proofs, reading
from pipelines.webhooks.contract import Webhook


def table(event: str) -> str | None:
    """SLO alerts, incidents, and every other monitor's events by the end of their names."""
    if re.search(r"slo_alert$", event):
        return "slo_alerts"
    if event.startswith("incident"):
        return "incidents"
    return "monitor_events" if re.search(r"(_alert|_monitor|_check)$", event) else None


WEBHOOK = Webhook(
    proof=proofs.configured("datadog", proofs.header_secret),
    event=lambda delivery, body: reading.name(body.get("event_type")),
    table=table,
    delivery_id=reading.no_id,
)
