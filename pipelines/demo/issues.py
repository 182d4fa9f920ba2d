"""Issues of the demo: incidents and ordinary work."""

from functools import partial

from pipelines.demo.desk import Desk, Item
from pipelines.demo.history import Person
from pipelines.demo.model import Deployment, Incident
from pipelines.demo.organisation import Service
from pipelines.demo.stage import BODIES, MINUTE, Stage


class Issues(Stage):
    """Opens and closes issues."""

    def _tell(self, action: str, item: Item, sender: Person, label: str | None = None) -> None:
        """Send what an item's desk makes of something that happened to it."""
        desk: Desk = item["desk"]
        for event, body in desk.told(action, item, self.now, sender, label):
            self.emit(event, body, desk.source)

    def _issue(
        self, desk: Desk, service: Service, labels: tuple[str, ...], body: str | None = None
    ) -> Item:
        author = self.random.choice(self.people())
        identity = next(self.identities)
        item: Item = {
            "desk": desk, "service": service.key, "number": desk.next_number(), "issue_id": identity,
            "title": self._title(), "author": author, "labels": labels,
            "state": "open", "comments": 0, "created_at": self.now, "updated_at": self.now, "closed_at": None,
            "body": body,
            "state_reason": None,
        }  # fmt: skip
        self._tell("opened", item, author)
        return item

    def _label(self, item: Item, labels: tuple[str, ...]) -> None:
        """Add labels to an issue, one by one."""
        for name in labels:
            item["labels"], item["updated_at"] = (*item["labels"], name), self.now
            self._tell("labeled", item, item["author"], name)

    def _unlabel(self, item: Item, labels: tuple[str, ...]) -> None:
        """Take labels off an issue, one by one."""
        for name in labels:
            item["labels"] = tuple(kept for kept in item["labels"] if kept != name)
            item["updated_at"] = self.now
            self._tell("unlabeled", item, item["author"], name)

    def _false_alarm(self, service: Service) -> None:
        """A work item that looked like an incident and was none: it is deleted, or its labels are taken off again."""
        labels = ("incident", "sev2", f"service:{service.key}")
        item = self._issue(self.board, service, labels, "canary-title-body: is it down?")
        author = item["author"]
        if self.chance(0.5):
            self.at(
                self.now + self.minutes(10, 40),
                lambda: self._tell("deleted", item, author),
            )
            return
        self.at(self.now + self.minutes(5, 20), lambda: self._unlabel(item, labels[:2]))
        self.at(
            self.now + self.minutes(20, 60), lambda: self._close_issue(item, author, "not_planned")
        )

    def _close_issue(self, item: Item, sender: Person, reason: str) -> None:
        if item["state"] == "closed":
            return
        item.update(state="closed", closed_at=self.now, updated_at=self.now, state_reason=reason)
        self._tell("closed", item, sender)

    def _work_item(self, service: Service) -> None:
        """Ordinary work: most of it is done, some is dropped, some stays."""
        item = self._issue(
            self.board,
            service,
            (self.random.choice(("bug", "enhancement", "chore")),),
            self.random.choice(BODIES),
        )
        sender = self.random.choice(self.people())
        if self.chance(0.8):
            reason = "completed" if self.chance(0.85) else "not_planned"
            done = self.later(self.now, 120, 0.8)
            self.at((self.now + done) // 2, partial(self._tell, "started", item, sender))
            self.at(done, lambda: self._close_issue(item, sender, reason))

    def _incident(
        self, key: str, severity: str, deployment: Deployment | None, explicit: bool
    ) -> Incident:
        """Open an incident now; blame a roll-out by name or by nearness."""
        service = self.services[key]
        labels = ("incident", severity, f"service:{key}")
        # sometimes nobody sees at first what it is
        doubt = self.chance(0.2)
        text = "canary-title-body: it is <i>down</i>."
        if deployment is not None and explicit:
            text += f"\r\n\r\nCaused by: {self._reference(deployment, key)}\r\n"
        item = self._issue(self.desk, service, ("bug",) if doubt else labels, text)
        if doubt:
            self.at(self.now + 4 * MINUTE, lambda: self._label(item, labels))
        incident = Incident(key, severity, self.now, self.team(), item)
        if self.desk.acknowledges:
            at = self.now + self.post.randrange(90, 230)
            self.at(at, lambda: self._acknowledge(incident))
        if deployment is not None:
            incident.deployment = deployment
            incident.method = "explicit" if explicit else "proximity"
        self.incidents.append(incident)
        return incident

    @property
    def is_issue(self) -> bool:
        """Whether an incident is an issue of the forge."""
        return self.desk.source == self.forge.source

    def _acknowledge(self, incident: Incident) -> None:
        incident.acknowledged = self.now
        self._tell("acknowledged", incident.item, incident.item["author"])

    def _reference(self, deployment: Deployment, key: str) -> str:
        """How the incident names the roll-out."""
        changes = [
            item.change for item in deployment.brought[key] if item.change and item.change.number
        ]
        forms = []
        if len(self.plan.services) == 1 or self.plan.rollout == "repository":
            forms += [deployment.commit.sha, deployment.commit.sha[:12]]
        if deployment.tag:
            forms.append(deployment.tag)
        if changes and changes[0] is not None:
            number = changes[0].number or 0
            forms.append(self.forge.change_url(number))
            # a number alone is one of the repository in which the incident stands
            if self.is_issue:
                forms.append(self.forge.mention(number))
        if not forms:
            commits = [item.commit for item in deployment.brought[key] if item.commit]
            forms = [commits[-1].sha] if commits and commits[-1] else [deployment.commit.sha]
        return self.random.choice(forms)

    def _close_incident(self, incident: Incident, sender: Person) -> None:
        incident.resolved = self.now
        self._close_issue(incident.item, sender, "completed")
        deployment = incident.deployment
        if deployment is not None and incident.service in deployment.evidence:
            restored = min(self.now, deployment.restored.get(incident.service, self.now))
            deployment.restored[incident.service] = restored

    def _severity(self) -> str:
        return self.random.choices(("sev1", "sev2", "sev3"), (2, 5, 3))[0]
