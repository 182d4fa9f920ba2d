"""ServiceNow's incidents, as the business rule of docs/sources/servicenow.md sends them."""

from datetime import UTC, datetime
from typing import Any

from pipelines.demo.desk import Desk, Item, Told, severity
from pipelines.demo.history import Person
from pipelines.demo.payloads import dumps

INSTANCE = "https://acme.service-now.com"
STATES = {
    "opened": ("1", "New"),
    "acknowledged": ("2", "In Progress"),
    "reopened": ("2", "In Progress"),
    "closed": ("6", "Resolved"),
}
PRIORITIES = {"sev1": "1 - Critical", "sev2": "2 - High", "sev3": "3 - Moderate"}


class ServiceNow(Desk):
    """Incidents of the services of a plan."""

    source = "servicenow"
    acknowledges = True

    def told(self, action: str, item: Item, at: int, sender: Person, label: str | None) -> Told:
        """The record after a change of its state or severity."""
        if action not in (*STATES, "labeled") or (label and label != severity(item)):
            return
        item.update(status=STATES.get(action, item.get("status")), changed_at=at)
        if action == "reopened":
            item["reopened"] = item.get("reopened", 0) + 1
        operation = "insert" if action == "opened" else "update"
        body = {
            "table": "incident", "operation": operation, "sys_id": self._id(item), "url": self.url(item),
            "record": self._record(item),
        }  # fmt: skip
        yield f"incident.{operation}", dumps(body)

    def key(self, item: Item) -> str:
        """By the record's id."""
        return f"servicenow:incident:{self._id(item)}"

    def url(self, item: Item) -> str:
        """Its page."""
        return f"{INSTANCE}/incident.do?sys_id={self._id(item)}"

    def _id(self, item: Item) -> str:
        return f"{item['issue_id']:032x}"

    def _record(self, item: Item) -> dict[str, Any]:
        service, found = self.stage.services[item["service"]], severity(item)
        text = PRIORITIES.get(found or "", "")
        state, name = item["status"]
        author: Person = item["author"]
        return {
            "sys_id": field(self._id(item)), "number": field(f"INC{item['issue_id'] % 10_000_000:07d}"),
            "state": field(state, name), "priority": field(text[:1], text), "severity": field("3", "3 - Low"),
            "urgency": field(), "category": field("software", "Software"), "short_description": field(item["title"]),
            "description": field(item["body"]), "business_service": field(f"{service.key:0<32}", service.name),
            "cmdb_ci": field(), "caused_by": field(), "parent_incident": field(), "correlation_id": field(),
            "opened_by": field(f"{author.id:032x}", author.name), "opened_at": field(clock(item["created_at"])),
            "work_start": field(), "close_code": field(), "close_notes": field(), "closed_at": field(),
            "resolved_at": field(clock(item["closed_at"]) if item["closed_at"] else ""),
            "reopen_count": field(str(item.get("reopened", 0))),
            "sys_created_on": field(clock(item["created_at"])), "sys_updated_on": field(clock(item["changed_at"])),
        }  # fmt: skip


def field(value: str = "", display: str = "") -> dict[str, str]:
    """A field; one without a value is an empty text."""
    return {"display_value": display or value, "value": value}


def clock(at: int) -> str:
    """A time as ServiceNow writes it, UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
