"""PagerDuty's v3 webhooks: incidents, with a note where somebody knows the cause."""

from typing import Any

from pipelines.demo.desk import Desk, Item, Told, severity
from pipelines.demo.history import Person
from pipelines.demo.payloads import dumps, moment

API = "https://api.pagerduty.com"
SITE = "https://acme.pagerduty.com"
EVENTS = {
    "opened": "triggered",
    "acknowledged": "acknowledged",
    "labeled": "priority_updated",
    "reopened": "reopened",
    "closed": "resolved",
}
STATUS = {"triggered": "triggered", "reopened": "triggered", "resolved": "resolved"}
PRIORITIES = {"sev1": "P1", "sev2": "P2", "sev3": "P3"}


class PagerDuty(Desk):
    """Incidents of the services of a plan."""

    source = "pagerduty"
    acknowledges = True

    def told(self, action: str, item: Item, at: int, sender: Person, label: str | None) -> Told:
        """An event of the incident; of labels only the severity is told, as its priority."""
        if action not in EVENTS or (label and label != severity(item)):
            return
        event = EVENTS[action]
        item["status"] = STATUS.get(event, item.get("status", "triggered"))
        if event == "acknowledged":
            item["status"] = event
        if event == "reopened":
            item["reopened_at"] = moment(at)
        yield self._event(event, at, sender, self._incident(item))
        if action == "opened" and "Caused by" in item["body"]:
            note = {
                "id": f"P{item['issue_id']:013X}", "type": "incident_note", "content": item["body"], "trimmed": False,
                "incident": reference("incident", self._id(item), item["title"]),
            }  # fmt: skip
            yield self._event("annotated", at, sender, note)

    def key(self, item: Item) -> str:
        """By the incident's id."""
        return f"pagerduty:incident:{self._id(item)}"

    def url(self, item: Item) -> str:
        """Its page."""
        return f"{SITE}/incidents/{self._id(item)}"

    def _id(self, item: Item) -> str:
        return f"Q{item['issue_id']:013X}"

    def _event(self, event: str, at: int, sender: Person, data: dict[str, Any]) -> tuple[str, str]:
        body = {
            "id": f"01{next(self.stage.identities):024X}", "event_type": f"incident.{event}",
            "resource_type": "incident", "occurred_at": f"{moment(at)[:-1]}.000Z",
            "agent": reference("user", f"P{sender.id:X}", sender.name), "client": None, "data": data,
        }  # fmt: skip
        return event, dumps({"event": body})

    def _incident(self, item: Item) -> dict[str, Any]:
        priority = PRIORITIES.get(severity(item) or "")
        service = item["service"]
        return {
            "id": self._id(item), "type": "incident", "self": f"{API}/incidents/{self._id(item)}",
            "html_url": self.url(item), "number": self.plan.id * 1_000 + item["number"], "status": item["status"],
            "incident_key": f"{service}-{item['number']}", "created_at": moment(item["created_at"]),
            "title": item["title"], "urgency": "low" if priority == "P3" else "high",
            "service": reference("service", f"P{service.upper()}", f"acme-{service}"),
            "assignees": [], "escalation_policy": reference("escalation_policy", f"P{self.plan.id:X}", self.plan.name),
            "teams": [], "priority": priority and reference("priority", f"PRIO{priority}", priority),
            "conference_bridge": None, "resolve_reason": None, "reopened_at": item.get("reopened_at"),
            "incident_type": {"name": "incident_default"},
        }  # fmt: skip


def reference(kind: str, key: str, summary: str) -> dict[str, Any]:
    """A reference to another resource."""
    plural = "escalation_policies" if kind == "escalation_policy" else f"{kind}s"
    return {
        "id": key, "type": f"{kind}_reference", "summary": summary, "self": f"{API}/{plural}/{key}",
        "html_url": f"{SITE}/{plural}/{key}",
    }  # fmt: skip
