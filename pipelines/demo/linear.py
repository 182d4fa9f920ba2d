"""Linear's webhooks: issues of a team, from Todo over In Progress to Done or Canceled."""

from typing import Any

from pipelines.demo.desk import Desk, Item, Told
from pipelines.demo.history import Person
from pipelines.demo.payloads import dumps, moment

SITE = "https://linear.app/acme"
Json = dict[str, Any]
STATES = {"todo": "unstarted", "doing": "started", "done": "completed", "canceled": "canceled"}
NAMES = {"todo": "Todo", "doing": "In Progress", "done": "Done", "canceled": "Canceled"}
ACTIONS = {"opened": "create", "deleted": "remove"}


class Linear(Desk):
    """Issues of a plan's team."""

    source = "linear"

    def told(self, action: str, item: Item, at: int, sender: Person, label: str | None) -> Told:
        """An event of the issue, with what an update took the place of."""
        before, was = item.get("status", "todo"), item.get("changed_at", at)
        ended = "done" if item["state_reason"] == "completed" else "canceled"
        moves = {"opened": "todo", "started": "doing", "closed": ended}
        item.update(status=moves.get(action, before), changed_at=at)
        body: Json = {
            "action": ACTIONS.get(action, "update"), "type": "Issue", "actor": user(sender),
            "createdAt": clock(at), "data": self._issue(item, action == "deleted"), "url": self.url(item),
            "organizationId": identity(0), "webhookTimestamp": at * 1000 + 120, "webhookId": identity(9),
        }  # fmt: skip
        if action not in ACTIONS:
            old: Json = {"updatedAt": clock(was)}
            if label:
                others = [name for name in item["labels"] if name != label]
                old["labelIds"] = [
                    label_id(name) for name in (others if action == "labeled" else [*others, label])
                ]
            else:
                old["stateId"] = self._state(before)["id"]
            body["updatedFrom"] = old
        yield "Issue", dumps(body)

    def key(self, item: Item) -> str:
        """By the issue's id."""
        return f"linear:issue:{identity(item['issue_id'])}"

    def url(self, item: Item) -> str:
        """Its page."""
        return f"{SITE}/issue/{self.mention(item)}"

    def mention(self, item: Item) -> str:
        """Its identifier."""
        return f"{self.plan.name.upper()}-{item['number']}"

    def _state(self, status: str) -> Json:
        number = self.plan.id * 10 + list(STATES).index(status)
        return {
            "id": identity(number),
            "name": NAMES[status],
            "type": STATES[status],
            "color": "#f2c94c",
        }

    def _issue(self, item: Item, is_gone: bool) -> Json:
        state, team = self._state(item["status"]), identity(self.plan.id)
        author: Person = item["author"]
        # a team of several services says by a label which it is
        labels = dict.fromkeys((*item["labels"], f"service:{item['service']}"))
        data = {
            "id": identity(item["issue_id"]), "number": item["number"], "identifier": self.mention(item),
            "title": item["title"], "description": item["body"] or "", "url": self.url(item),
            "createdAt": clock(item["created_at"]), "updatedAt": clock(item["changed_at"]),
            "priority": 3, "priorityLabel": "Medium", "sortOrder": 1.5, "prioritySortOrder": 2.5,
            "state": state, "stateId": state["id"], "teamId": team, "creatorId": identity(author.id),
            "team": {"id": team, "key": self.plan.name.upper(), "name": self.plan.name.title()},
            "labels": [{"id": label_id(name), "name": name, "color": "#eb5757"} for name in labels],
            "labelIds": [label_id(name) for name in labels],
            "previousIdentifiers": [], "subscriberIds": [], "reactionData": [],
        }  # fmt: skip
        if item["closed_at"]:
            ended = "completedAt" if item["status"] == "done" else "canceledAt"
            data[ended] = clock(item["closed_at"])
        return data | ({"trashed": True} if is_gone else {})


def identity(number: int) -> str:
    """An id as Linear makes them."""
    return f"3443a709-f2b5-46f2-a136-{number:012x}"


def label_id(name: str) -> str:
    """The id of a label."""
    return identity(int.from_bytes(name.encode()[-6:], "big"))


def clock(at: int) -> str:
    """A time as Linear writes it."""
    return f"{moment(at)[:-1]}.000Z"


def user(person: Person) -> Json:
    """An account."""
    return {
        "id": identity(person.id), "name": person.name, "email": person.email, "type": "user",
        "url": f"{SITE}/profiles/{person.login}",
    }  # fmt: skip
