"""What goes wrong in the demo, and how it is mended."""

from pipelines.demo.history import Commit, Person
from pipelines.demo.model import Deployment, Incident, Line, Unit
from pipelines.demo.organisation import DEPLOYER
from pipelines.demo.rollouts import RollOuts
from pipelines.demo.stage import DAY, HOUR, MINUTE

TROUBLES = {
    "incident": "_trouble_incident",
    "open_incident": "_trouble_incident",
    "reopened": "_trouble_incident",
    "rollback": "_trouble_rollback",
    "rollback_quiet": "_trouble_rollback",
    "sev1": "_trouble_rollback",
    "hotfix": "_trouble_fix",
    "hotfix_incident": "_trouble_fix",
    "fix": "_trouble_fix",
    "revert": "_trouble_revert",
    "explicit_older": "_trouble_older",
    "incident_late": "_trouble_late",
}


class Trouble(RollOuts):
    """Makes roll-outs fail, and mends them."""

    def _maybe_trouble(self, deployment: Deployment, before: tuple[Line, int] | None) -> None:
        unit = deployment.unit
        keys = [key for key, items in deployment.brought.items() if items]
        if not keys or unit.frozen:
            return
        key = self.random.choice(keys)
        kind = self._beat(unit, tuple(TROUBLES))
        if kind is None:
            if not self.chance(self.blend(self.plan.pace.trouble)):
                return
            kinds = [
                "incident",
                "incident",
                "rollback",
                "rollback_quiet",
                "revert",
                "hotfix",
                "hotfix_incident",
                "fix",
                "explicit_older",
            ]
            kind = self.random.choice(kinds)
        # near the end only trouble whose fix nobody waits for
        late = self.company.end - self.now < 3 * DAY and kind != "open_incident"
        if late or not self._possible(kind, deployment, key, before):
            kind = "incident"
        unit.frozen = True
        getattr(self, TROUBLES[kind])(kind, deployment, key, before)

    def _possible(
        self, kind: str, deployment: Deployment, key: str, before: tuple[Line, int] | None
    ) -> bool:
        if kind in ("rollback", "rollback_quiet", "sev1"):
            apart = (
                before is not None
                and before[0] is deployment.line
                and before[1] < deployment.position
            )
            return self.plan.can_repeat and apart
        if kind == "revert":
            return self._to_revert(deployment, key) is not None
        if kind in ("hotfix", "hotfix_incident", "fix"):
            return self.plan.merge != "trunk"
        if kind == "explicit_older":
            return self._older(deployment, key) is not None
        return True

    def _older(self, deployment: Deployment, key: str) -> Deployment | None:
        """The roll-out before this one, if it is fit to be blamed."""
        done = deployment.unit.done
        older = done[-2] if len(done) > 1 else None
        fit = (
            older is not None and older.success and older.why == "normal" and not older.evidence and not older.first
            and older.brought.get(key) and self.now - (older.finished or 0) < 5 * DAY
        )  # fmt: skip
        return older if fit else None

    def _to_revert(self, deployment: Deployment, key: str) -> Commit | None:
        """A commit that this roll-out brought to this service alone."""
        for item in deployment.brought[key]:
            change = item.change
            if (
                change is not None
                and change.services == (key,)
                and change.author.type == "User"
                and not change.reverts
            ):
                for tip in reversed(deployment.line.tips):
                    if tip.sha == change.merge_sha:
                        return tip
        return None

    def _unfreeze(self, unit: Unit) -> None:
        unit.frozen = False

    def _blame(self, deployment: Deployment, key: str, evidence: str, restored: int | None) -> None:
        deployment.evidence.setdefault(key, set()).add(evidence)
        if restored is not None:
            deployment.restored[key] = min(restored, deployment.restored.get(key, restored))

    def _trouble_incident(
        self, kind: str, deployment: Deployment, key: str, before: object
    ) -> None:
        """An incident that ends without a roll-out."""
        open_ended = kind == "open_incident"
        severity = "sev2" if open_ended else self._severity()

        def begin() -> None:
            incident = self._incident(key, severity, deployment, explicit=self.chance(0.4))
            self._blame(deployment, key, "incident", None)
            if open_ended:
                return
            hours = {"sev1": 2.0, "sev2": 3.0, "sev3": 6.0}[severity]
            close = self.now + round(hours * HOUR * self.random.lognormvariate(0, 0.5)) + 600
            sender = self.random.choice(self.people())
            if kind == "reopened" or self.chance(0.1):
                self.at(close - 8 * MINUTE, lambda: self._reopen(incident, sender))

            def end() -> None:
                self._close_incident(incident, sender)
                self._unfreeze(deployment.unit)

            self.at(close, end)

        self.at(self.now + self.minutes(5, 180), begin)

    def _reopen(self, incident: Incident, sender: Person) -> None:
        """Close too early, and open again a little later."""
        item = incident.item
        self._close_issue(item, sender, "completed")

        def again() -> None:
            item.update(state="open", closed_at=None, state_reason="reopened", updated_at=self.now)
            self._tell("reopened", item, sender)

        self.at(self.now + 3 * MINUTE, again)

    def _trouble_rollback(
        self, kind: str, deployment: Deployment, key: str, before: tuple[Line, int]
    ) -> None:
        """Go back to what was live before, with or without an incident."""
        unit = deployment.unit
        incidents: list[Incident] = []
        wait = self.minutes(10, 45)
        if kind != "rollback_quiet":
            severity = "sev1" if kind == "sev1" else self._severity()

            def begin() -> None:
                incidents.append(
                    self._incident(
                        key, severity, deployment, explicit=kind == "sev1" or self.chance(0.3)
                    )
                )
                self._blame(deployment, key, "incident", None)

            self.at(self.now + wait, begin)
            wait += self.minutes(250, 330) if kind == "sev1" else self.minutes(10, 60)

        def back(rollback: Deployment) -> None:
            for service in unit.services:
                self._blame(deployment, service.key, "rollback", self.now)
            for incident in incidents:
                if incident.method == "proximity":
                    incident.method = "rollback"
                self._close_incident(incident, DEPLOYER)
            unit.frozen = False

        self.at(
            self.now + wait, lambda: self._roll_out(unit, before[0], before[1], "rollback", back)
        )

    def _trouble_fix(self, kind: str, deployment: Deployment, key: str, before: object) -> None:
        """Mend by a request: a hotfix, the fix of an incident, or both."""
        unit = deployment.unit
        service = self.services[key]
        incidents: list[Incident] = []
        # a request closes an issue; of another tool's incident only its label says what it is for
        if kind == "fix" and not self.is_issue:
            kind = "hotfix_incident"

        def fixed(_: Deployment) -> None:
            if kind != "fix":
                self._blame(deployment, key, "hotfix", self.now)
                for incident in incidents:
                    # a hotfix says more than nearness
                    incident.method = incident.method if incident.method == "explicit" else "hotfix"
            unit.frozen = False

        def merged() -> None:
            self.at(
                self.now + 2 * MINUTE,
                lambda: self._roll_out(
                    unit, deployment.line, len(deployment.line.tips) - 1, "fix", fixed
                ),
            )

        def begin() -> None:
            incident = None
            if kind != "hotfix":
                incident = self._incident(
                    key, self._severity(), deployment, explicit=self.chance(0.4)
                )
                self._blame(deployment, key, "incident", None)
                incidents.append(incident)
            request = "fix" if kind == "fix" else "hotfix"

            def branch() -> None:
                self._begin(service, deployment.line, request, fixes=incident, on_merge=merged)

            self.at(self.now + self.minutes(5, 20), branch)

        self.at(self.now + self.minutes(10, 60), begin)

    def _trouble_revert(self, kind: str, deployment: Deployment, key: str, before: object) -> None:
        """Take one commit back and roll out without it."""
        unit, service = deployment.unit, self.services[key]
        commit = self._to_revert(deployment, key)
        if commit is None:
            raise RuntimeError("a revert was possible a moment ago")

        def fixed(_: Deployment) -> None:
            self._blame(deployment, key, "revert", self.now)
            unit.frozen = False

        def merged() -> None:
            self.at(
                self.now + 2 * MINUTE,
                lambda: self._roll_out(
                    unit, deployment.line, len(deployment.line.tips) - 1, "fix", fixed
                ),
            )

        def begin() -> None:
            if self.plan.merge == "trunk":
                self._direct(service, "direct", commit)
                merged()
            else:
                self._begin(service, deployment.line, "revert", reverts=commit, on_merge=merged)

        self.at(self.now + self.minutes(20, 120), begin)

    def _trouble_older(self, kind: str, deployment: Deployment, key: str, before: object) -> None:
        """An incident that names the roll-out before the latest."""
        older = self._older(deployment, key)
        if older is None:
            raise RuntimeError("an older roll-out was there a moment ago")

        def begin() -> None:
            incident = self._incident(key, "sev2", older, explicit=True)
            self._blame(older, key, "incident", None)

            def end() -> None:
                self._close_incident(incident, self.random.choice(self.people()))
                self._unfreeze(deployment.unit)

            self.at(self.now + self.minutes(60, 240), end)

        self.at(self.now + self.minutes(20, 90), begin)

    def _trouble_late(self, kind: str, deployment: Deployment, key: str, before: object) -> None:
        """An incident that names a roll-out of nine days ago: a link, but too late to count as its failure."""
        unit = deployment.unit
        unit.frozen = False

        def begin() -> None:
            if unit.busy or unit.frozen:
                self.at(self.now + HOUR, begin)
                return
            unit.frozen = True
            incident = self._incident(key, "sev2", deployment, explicit=True)

            def end() -> None:
                self._close_incident(incident, self.random.choice(self.people()))
                self._unfreeze(unit)

            self.at(self.now + self.minutes(60, 240), end)

        self.at(self.now + 9 * DAY, begin)

    def _unrelated(self, unit: Unit) -> None:
        """An incident that nothing here caused."""
        if (
            unit.busy
            or unit.frozen
            or not unit.last_finish
            or self.now - unit.last_finish < 30 * HOUR
        ):
            return
        unit.frozen = True
        incident = self._incident(
            self.random.choice(unit.services).key, self._severity(), None, explicit=False
        )

        def end() -> None:
            self._close_incident(incident, self.random.choice(self.people()))
            self._unfreeze(unit)

        self.at(self.now + self.minutes(30, 420), end)
