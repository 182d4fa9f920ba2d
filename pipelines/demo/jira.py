"""Jira's admin webhooks: issues of a project, from To Do over In Progress to Done."""

from typing import Any

from pipelines.demo.desk import Desk, Item, Told
from pipelines.demo.history import Person
from pipelines.demo.payloads import dumps, moment

SITE = "https://acme.atlassian.net"
Json = dict[str, Any]
STATUSES = {
    "todo": ("10000", "To Do", {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"}),
    "doing": (
        "3",
        "In Progress",
        {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
    ),
    "done": ("10001", "Done", {"id": 3, "key": "done", "colorName": "green", "name": "Done"}),
}
MOVES = {"opened": "todo", "started": "doing", "closed": "done"}
EVENTS = {"opened": "created", "deleted": "deleted"}
RESOLUTIONS = {"completed": ("10000", "Done"), "not_planned": ("10001", "Won't Do")}
TYPES = {"bug": "Bug", "enhancement": "Story"}


class Jira(Desk):
    """Issues of a plan's project."""

    source = "jira"

    def told(self, action: str, item: Item, at: int, sender: Person, label: str | None) -> Told:
        """An event of the issue, with what changed."""
        before = item.get("status", "todo")
        item.update(status=MOVES.get(action, before), changed_at=at)
        body: Json = {
            "timestamp": at * 1000,
            "webhookEvent": f"jira:issue_{EVENTS.get(action, 'updated')}",
        }
        if action in MOVES:
            item["moved_at"] = at
        body |= {"user": user(sender), "issue": self._issue(item)}
        if action not in EVENTS:
            body["changelog"] = {
                "id": str(next(self.stage.identities)),
                "items": self._changes(action, item, before, label),
            }
        yield body["webhookEvent"], dumps(body)

    def key(self, item: Item) -> str:
        """By the issue's id."""
        return f"jira:issue:{item['issue_id']}"

    def url(self, item: Item) -> str:
        """Its page."""
        return f"{SITE}/browse/{self.mention(item)}"

    def mention(self, item: Item) -> str:
        """Its key."""
        return f"{self.plan.name.upper()}-{item['number']}"

    def _changes(self, action: str, item: Item, before: str, label: str | None) -> list[Json]:
        if label:
            words = " ".join(item["labels"])
            others = " ".join(name for name in item["labels"] if name != label)
            was = others if action == "labeled" else f"{words} {label}".strip()
            return [change("labels", None, was, None, words)]
        old, new = STATUSES[before], STATUSES[item["status"]]
        found = [change("status", old[0], old[1], new[0], new[1])]
        if action == "closed":
            key, name = RESOLUTIONS[item["state_reason"]]
            found.append(change("resolution", None, None, key, name))
        return found

    def _issue(self, item: Item) -> Json:
        key, name, category = STATUSES[item["status"]]
        resolution = RESOLUTIONS.get(item["state_reason"] or "")
        kind = next((TYPES[label] for label in item["labels"] if label in TYPES), "Task")
        fields = {
            "project": {
                "self": f"{SITE}/rest/api/2/project/{self.plan.id}", "id": str(self.plan.id),
                "key": self.plan.name.upper(), "name": self.plan.name.title(),
            },
            "issuetype": {"id": "10001", "name": kind, "subtask": False},
            "status": {
                "self": f"{SITE}/rest/api/2/status/{key}", "id": key, "name": name, "statusCategory": category,
            },
            "priority": {"id": "3", "name": "Medium"}, "labels": list(item["labels"]),
            "components": [{"id": f"1{self.plan.id}", "name": item["service"]}],
            "summary": item["title"], "description": item["body"], "creator": user(item["author"]),
            "resolution": resolution and {"id": resolution[0], "name": resolution[1]},
            "created": clock(item["created_at"]), "updated": clock(item["changed_at"]),
            "statuscategorychangedate": clock(item["moved_at"]),
            "resolutiondate": clock(item["closed_at"]) if item["closed_at"] else None,
        }  # fmt: skip
        return {
            "id": str(item["issue_id"]), "self": f"{SITE}/rest/api/2/issue/{item['issue_id']}",
            "key": self.mention(item), "fields": fields,
        }  # fmt: skip


def clock(at: int) -> str:
    """A time as Jira writes it."""
    return f"{moment(at)[:-1]}.000+0000"


def user(person: Person) -> Json:
    """An account of the cloud."""
    return {
        "accountId": f"712020:{person.id:08x}", "accountType": "atlassian", "displayName": person.name,
        "emailAddress": person.email, "active": True,
    }  # fmt: skip


def change(
    name: str, old: str | None, old_text: str | None, new: str | None, new_text: str | None
) -> Json:
    """One item of a changelog."""
    return {
        "field": name, "fieldtype": "jira", "fieldId": name, "from": old, "fromString": old_text, "to": new,
        "toString": new_text,
    }  # fmt: skip
