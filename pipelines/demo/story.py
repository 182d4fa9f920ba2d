"""One repository's half year, played forward event by event.

The story decides what happens and remembers it as truth before any payload is made of it: which roll-out first
carried a change is known because the roll-out took it from the queue of what was merged; which roll-out failed, why,
and when users were served again is known because the story made it fail and mended it. Nothing is looked up in a graph.

Decisions that keep the truth unambiguous:

- A service rolls out one thing at a time, and no ordinary roll-out happens while trouble is being mended.
- Trouble strikes successful roll-outs that brought something new, and its cause, incident and fix follow within a day;
  the blamed roll-out is then the latest of its service, unless the incident names another.
- Incidents without a cause open on Sundays, thirty hours or more after the last roll-out.
- An incident that ends by a roll-back is closed in the second in which the roll-back finishes; one that a request fixes
  is closed when the request is merged, as GitHub does, and its fix is rolled out later. Service is restored at the
  close.
- No request closes an incident of a tool that is not the forge: one that mends such an incident carries the label of
  a hotfix, and that is why its roll-out is rework.
- A failed roll-out is restored by the next successful one of its service.
- The commits of a request are pushed together before it opens, so that each push ends in one of its heads.
- A direct commit is pushed in the second in which it is committed.
"""

import heapq
from functools import partial

from pipelines.demo import truth
from pipelines.demo.history import NO_SHA, Edit, Tree
from pipelines.demo.model import Change, Item, Line, Unit
from pipelines.demo.payloads import Forge
from pipelines.demo.stage import DAY, HOUR, THINGS, WEEK
from pipelines.demo.trouble import Trouble


class Story(Trouble):
    """Plays one repository and writes its git history, payloads and truth."""

    def run(self) -> None:
        """Play the story to its end, then write down what is left."""
        self._prehistory()
        self._units()
        self._schedule()
        while self.events and self.events[0][0] < self.company.end:
            self.now, _, event = heapq.heappop(self.events)
            event()
        self._flush(None)
        for change in self.open_branches.values():
            self.git.branch(change.branch, change.head)
        for line in reversed(self.lines):
            self.git.branch(line.branch, line.tip)
        self.git.close()
        truth.write(self)

    def _prehistory(self) -> None:
        people = self.plan.team.members
        prefixes = [service.prefix for service in self.plan.services] + (
            [self.plan.shared] if self.plan.shared else []
        )
        line = Line("main", None, Tree.empty())  # type: ignore[arg-type]
        self.lines.append(line)
        for key in self.services:
            line.waiting[key] = []
        total = 6
        for index in range(total):
            self.now = (
                self.company.start - (total - index) * 7 * DAY + self.random.randrange(8 * HOUR)
            )
            edits: list[Edit] = []
            for prefix in prefixes if index == 0 else [self.random.choice(prefixes)]:
                names = [f"{prefix}part{n}.txt" if prefix else f"src/part{n}.txt" for n in range(8)]
                edits += [
                    self._edit(path)
                    for path in (names if index == 0 else [self.random.choice(names)])
                ]
            if index == 0:
                edits.append(self._edit("README.md"))
            author = people[index % len(people)]
            text = f"canary-title-{self.plan.name}-{index}: begin {self.random.choice(THINGS)}"
            parents = (line.tip,) if line.tip else ()
            commit = self.git.commit(
                parents, line.tree, tuple(edits), text, author, self.now, author, self.now
            )
            change = Change(
                line, author, "direct", text, None, first_commit=self.now, merged=self.now
            )
            change.merge_sha = commit.sha
            self._land(change, [commit], commit)
        self.now = self.company.start

    def _units(self) -> None:
        plan, company = self.plan, self.company
        groups = (
            [plan.services]
            if plan.rollout == "repository"
            else [(service,) for service in plan.services]
        )
        beats = [(company.at(share), kind) for share, kind in plan.beats]
        # in a monorepo each service gets its share of the beats in turn
        self.units = [
            Unit(group, beats[number :: len(groups)]) for number, group in enumerate(groups)
        ]
        for unit in self.units:
            self.at(
                self.working(company.start + self.minutes(9 * 60, 30 * 60)),
                partial(self._tick, unit),
            )
            for sunday in self.random.sample(range(2, 26), 4):
                at = company.start + sunday * WEEK + 6 * DAY + self.minutes(9 * 60, 14 * 60)
                self.at(at, partial(self._unrelated, unit))

    def _schedule(self) -> None:
        plan, company = self.plan, self.company
        rate = plan.pace.changes_a_week * self.scale
        for service in plan.services:
            for week in range(company.start, company.end, WEEK):
                share = (week - company.start) / (company.end - company.start)
                expected = rate * (0.35 if 0.55 <= share < 0.63 else 1)
                if plan.quiet and plan.quiet[0] - 0.06 <= share < plan.quiet[1]:
                    expected = 0
                for _ in range(max(0, round(self.random.gauss(expected, expected**0.5)))):
                    at = (
                        week
                        + self.random.randrange(5) * DAY
                        + 8 * HOUR
                        + self.random.randrange(9 * HOUR)
                    )
                    self.at(at, partial(self._begin_any, service))
                if self.chance(0.5):
                    self.at(
                        week + self.minutes(600, 6000),
                        partial(self._work_item, service),
                    )
            for _ in range(2):
                share = self.random.uniform(0.1, 0.9)
                self.at(company.at(share), partial(self._false_alarm, service))
        if plan.former:
            self.at(company.at(0.45), self._rename)
        if plan.lines:
            self.at(company.at(0.35), self._fork)

    def _rename(self) -> None:
        """Give the repository the name that it has for good."""
        sender = self.random.choice(self.people())
        if isinstance(self.forge, Forge):
            self.forge = Forge(self.plan, self.forge.born, self.slim, updated=self.now)
        self.emit("repository", self.forge.renamed(self.plan.former, self.now, sender))

    def _fork(self) -> None:
        """Begin to maintain the old release beside the new one; only after a roll-out of all that is merged."""
        unit, main = self.units[0], self.lines[0]
        if unit.busy or unit.frozen or not unit.done:
            self.at(self.now + HOUR, self._fork)
            return
        if self._waits(unit, main):
            self._roll_out(unit, main, len(main.tips) - 1, "again")
        waiting: dict[str, list[Item]] = {key: [] for key in self.services}
        line = Line("release/1.x", main.tip, main.tree.copy(), "1", [main.tip], [[]], waiting)
        self.lines.append(line)
        body = self.forge.push(
            "refs/heads/release/1.x",
            NO_SHA,
            main.tip.sha,
            [],
            main.tip,
            self.now,
            unit.done[-1].raw["by"],
            base="refs/heads/main",
        )
        self.emit("push", body)
        self.versions |= {
            "major": 2,
            "minor": -1,
            "patch": 0,
            "old": self.versions["minor"],
            "old_patch": self.versions["patch"],
        }
