"""incident.io's webhooks: an incident is created, triaged, closed, and sometimes opened again."""

from typing import Any

from pipelines.demo.desk import Desk, Item, Told, severity
from pipelines.demo.history import Person
from pipelines.demo.payloads import dumps, moment

SITE = "https://app.incident.io/acme/incidents"
SEVERITIES = {"sev1": "Critical", "sev2": "Major", "sev3": "Minor"}
STATUSES = {
    "opened": ("triage", "Triage"),
    "acknowledged": ("live", "Investigating"),
    "reopened": ("live", "Investigating"),
    "closed": ("closed", "Closed"),
}


class IncidentIo(Desk):
    """Incidents of the services of a plan."""

    source = "incident_io"
    acknowledges = True

    def told(self, action: str, item: Item, at: int, sender: Person, label: str | None) -> Told:
        """A change of the incident's status or severity."""
        if action not in (*STATUSES, "labeled") or (label and label != severity(item)):
            return
        before = item.get("status", STATUSES["opened"])
        item.update(status=STATUSES.get(action, before), changed_at=at)
        incident = self._incident(item)
        event, data = "incident_updated_v2", incident
        if action == "opened":
            event = "incident_created_v2"
        elif action != "labeled":
            event = "incident_status_updated_v2"
            data = {
                "incident": incident, "new_status": status(*item["status"]), "previous_status": status(*before),
                "message": "",
            }  # fmt: skip
        name = f"public_incident.{event}"
        yield name, dumps({"event_type": name, name: data})

    def key(self, item: Item) -> str:
        """By the incident's id."""
        return f"incident_io:incident:{identity('INC', item['issue_id'])}"

    def url(self, item: Item) -> str:
        """Its page."""
        return f"{SITE}/{self._number(item)}"

    def _number(self, item: Item) -> int:
        return int(self.plan.id % 100_000 * 1_000 + item["number"])

    def _incident(self, item: Item) -> dict[str, Any]:
        found, service = severity(item), self.stage.services[item["service"]]
        field = {
            "id": identity("CF", 1), "name": "Affected services", "description": "", "options": [],
            "field_type": "multi_select",
        }  # fmt: skip
        entry = {
            "id": identity("CE", service.key),
            "name": service.name,
            "external_id": service.key,
        }
        return {
            "id": identity("INC", item["issue_id"]), "reference": f"INC-{self._number(item)}", "name": item["title"],
            "mode": "standard", "visibility": "public", "summary": item["body"], "permalink": self.url(item),
            "created_at": moment(item["created_at"]), "updated_at": moment(item["changed_at"]),
            "last_activity_at": moment(item["changed_at"]),
            "creator": {"user": user(item["author"])}, "incident_status": status(*item["status"]),
            "severity": {
                "id": identity("SEV", found), "name": SEVERITIES[found], "description": "", "rank": int(found[-1]),
                "created_at": moment(self.stage.forge.born), "updated_at": moment(self.stage.forge.born),
            } if found else None,
            "incident_type": {"id": identity("T", 1), "name": "Production", "is_default": True},
            "incident_role_assignments": [], "team_ids": [], "incident_timestamp_values": [],
            "custom_field_entries": [{"custom_field": field, "values": [{"value_catalog_entry": entry}]}],
            "external_issue_reference": None, "slack_channel_id": "C1", "slack_team_id": "T1",
            "slack_channel_url": None, "call_url": None,
        }  # fmt: skip


def identity(kind: str, of: int | str) -> str:
    """An id as long as incident.io's own."""
    return f"01{kind}{of:X}".ljust(26, "0") if isinstance(of, int) else f"01{kind}{of.upper():0<22}"


def status(category: str, name: str) -> dict[str, Any]:
    """A status."""
    return {
        "id": identity("ST", name), "name": name, "category": category, "description": "", "rank": 1,
        "created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:00:00Z",
    }  # fmt: skip


def user(person: Person) -> dict[str, Any]:
    """An account."""
    return {
        "id": identity("U", person.id), "name": person.name, "email": person.email, "role": "responder",
        "slack_user_id": f"U{person.id}",
    }  # fmt: skip
