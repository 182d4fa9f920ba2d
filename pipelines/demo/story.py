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
- A failed roll-out is restored by the next successful one of its service.
- The commits of a request are pushed together before it opens, so that each push ends in one of its heads.
- A direct commit is pushed in the second in which it is committed.
"""

import heapq
import random
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TextIO

from pipelines.demo import truth
from pipelines.demo.history import NO_SHA, Commit, Edit, Person, Repository, Tree
from pipelines.demo.organisation import (
    ACTIONS,
    DEPENDABOT,
    DEPLOYER,
    FORGE,
    Organisation,
    Pace,
    Plan,
    Service,
    Span,
)
from pipelines.demo.payloads import Forge, dumps, moment

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800
VERBS = ("Add", "Fix", "Tune", "Rename", "Guard", "Cache", "Retry", "Log", "Split", "Merge")
THINGS = (
    "the “fast” path", "it's price & tax", "<b>bold</b> totals", "größe of a Straße", "日本語 labels",
    "null; drop table x --",
    "retry 🚀 queue", "a \\ backslash", 'the "quoted" name', "time-outs",
)  # fmt: skip
BODIES = (
    None,
    "",
    "canary-title-body: see the plan.\r\n\r\n- [ ] tests\r\n- [x] docs",
    "canary-title-body: <script>alert(1)</script>",
)


@dataclass(slots=True, eq=False)
class Line:
    """A line of history that is rolled out: the default branch, or a maintained release."""

    branch: str
    tip: Commit
    tree: Tree
    name: str = ""
    tips: list[Commit] = field(default_factory=list)
    brought: list[list[Commit]] = field(default_factory=list)
    waiting: dict[str, list["Item"]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Change:
    """A request, or a direct commit; times in epoch seconds."""

    line: Line
    author: Person
    kind: str
    title: str
    body: str | None
    branch: str = ""
    number: int | None = None
    id: int = 0
    base: Commit | None = None
    base_position: int = 0
    tree: Tree | None = None
    commits: list[Commit] = field(default_factory=list)
    all_shas: list[str] = field(default_factory=list)
    services: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    parent: "Change | None" = None
    fixes: "Incident | None" = None
    closes: dict[str, Any] | None = None
    reverts: str | None = None
    first_commit: int = 0
    opened: int | None = None
    ready: int | None = None
    draft: bool = False
    first_review: int | None = None
    approved: int | None = None
    merged: int | None = None
    closed: int | None = None
    merge_sha: str | None = None
    merged_by: Person | None = None
    updated: int = 0
    comments: int = 0
    review_comments: int = 0
    on_merge: Callable[[], None] | None = None
    urgent: bool = False

    @property
    def head(self) -> Commit:
        """Its newest commit."""
        return self.commits[-1]


@dataclass(slots=True, eq=False)
class Item:
    """What waits on a line for its first roll-out: a change or a commit, as one service sees it."""

    position: int
    service: str
    team: str
    change: Change | None = None
    commit: Commit | None = None
    deployment: "Deployment | None" = None


@dataclass(slots=True, eq=False)
class Deployment:
    """A roll-out to production of the services of one unit."""

    id: str
    url: str
    unit: "Unit"
    line: Line
    position: int
    commit: Commit
    created: int
    started: int
    why: str = "normal"
    tag: str | None = None
    finished: int | None = None
    success: bool = False
    first: set[str] = field(default_factory=set)
    rework: dict[str, set[str]] = field(default_factory=dict)
    evidence: dict[str, set[str]] = field(default_factory=dict)
    restored: dict[str, int] = field(default_factory=dict)
    brought: dict[str, list[Item]] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Unit:
    """What is rolled out as one: a service, or all services of a repository."""

    services: tuple[Service, ...]
    beats: list[tuple[int, str]]
    busy: bool = False
    frozen: bool = False
    live: tuple[Line, int] | None = None
    done: list[Deployment] = field(default_factory=list)
    unrestored: list[Deployment] = field(default_factory=list)
    last_finish: int = 0
    active: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Incident:
    """An incident of one service."""

    number: int
    service: str
    severity: str
    opened: int
    team: str
    item: dict[str, Any]
    deployment: Deployment | None = None
    method: str | None = None
    resolved: int | None = None


class Story:
    """Plays one repository and writes its git history, payloads and truth."""

    def __init__(
        self, plan: Plan, company: Organisation, folder: Path, *, seed: int, scale: float, slim: bool,
        record: Callable[[str, dict[str, Any]], None], payloads: TextIO,
    ) -> None:  # fmt: skip
        """`record` takes a table of the truth and a row; `payloads` takes lines of JSON."""
        self.plan, self.company, self.scale, self.record, self.payloads = (
            plan,
            company,
            scale,
            record,
            payloads,
        )
        self.random = random.Random(f"{seed}/{plan.name}/story")  # noqa: S311
        self.post = random.Random(f"{seed}/{plan.name}/post")  # noqa: S311
        self.seed = seed
        self.now = company.start
        self.events: list[tuple[int, int, Callable[[], object]]] = []
        self.order = count()
        self.held: list[tuple[int, int, str]] = []
        self.sent = 0
        self.numbers = count(1)
        self.identities = count(plan.id * 100_000)
        self.runs: dict[str, int] = {}
        self.forge = Forge(plan, company.start - 60 * DAY, slim)
        self.git = Repository(folder / "repositories" / f"{plan.name}.git", f"{plan.url}.git")
        self.services = {service.key: service for service in plan.services}
        self.changes: list[Change] = []
        self.items: list[Item] = []
        self.incidents: list[Incident] = []
        self.open_branches: dict[str, Change] = {}
        self.lines: list[Line] = []
        self.versions = {"major": 1, "minor": 0, "patch": 0, "old": 0}
        self.branched = 0

    # -- time

    def at(self, moment_: int, event: Callable[[], object]) -> None:
        """Let something happen then, or now where that is past."""
        heapq.heappush(self.events, (max(moment_, self.now), next(self.order), event))

    @property
    def progress(self) -> float:
        """How much of the story is told, 0 to 1."""
        return (self.now - self.company.start) / (self.company.end - self.company.start)

    def blend(self, span: Span) -> float:
        """A value on its way from the beginning of the story to its end."""
        return span[0] * (span[1] / span[0]) ** self.progress if span[0] and span[1] else 0.0

    def working(self, at: int) -> int:
        """The moment itself in working hours, else soon after the next working day begins."""
        day, second = divmod(at, DAY)
        weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
        if weekday < 5 and 7 * HOUR <= second < 18 * HOUR:
            return at
        if second >= 18 * HOUR or weekday >= 5:
            day, weekday = day + 1, (weekday + 1) % 7
            while weekday >= 5:
                day, weekday = day + 1, (weekday + 1) % 7
        return day * DAY + 7 * HOUR + self.random.randrange(2 * HOUR)

    def later(self, at: int, hours: float, spread: float = 0.45) -> int:
        """A working moment some hours on: `hours` is the median."""
        return self.working(
            at + max(300, round(hours * HOUR * self.random.lognormvariate(0, spread)))
        )

    def minutes(self, low: int, high: int) -> int:
        """Some seconds between so many minutes."""
        return self.random.randrange(low * MINUTE, high * MINUTE)

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.random.random() < share

    # -- the run

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
        if plan.lines:
            self.at(company.at(0.35), self._fork)

    # -- posting payloads

    def emit(self, event: str, body: str) -> None:
        """Send a payload; two in a hundred arrive late, two arrive twice."""
        self._flush(self.now)
        self.sent += 1
        guid = str(uuid.UUID(bytes=self.post.randbytes(16), version=4))
        headers = {"X-GitHub-Event": event, "X-GitHub-Delivery": guid}
        text = dumps(body)
        fate = self.post.random()
        if fate < 0.04:
            late = self.now + self.post.randrange(MINUTE, 4 * HOUR)
            heapq.heappush(self.held, (late, self.sent, self._line(headers, late, text)))
        if not 0.02 <= fate < 0.04:
            self.payloads.write(self._line(headers, self.now + self.post.randrange(1, 5), text))

    def _line(self, headers: dict[str, str], received: int, body: str) -> str:
        return f'{{"headers":{dumps(headers)},"received_at":"{moment(received)}","body":{body}}}\n'

    def _flush(self, until: int | None) -> None:
        while self.held and (until is None or self.held[0][0] <= until):
            self.payloads.write(heapq.heappop(self.held)[2])

    # -- people

    def team(self, at: int | None = None) -> str:
        """The key of the team that owns the repository's services at a time."""
        plan = self.plan
        moved = plan.moves_to and (self.now if at is None else at) >= self.company.at(plan.moves_at)
        return (plan.moves_to if moved and plan.moves_to else plan.team).key

    def people(self) -> tuple[Person, ...]:
        """Who works on it now."""
        plan = self.plan
        return (
            plan.moves_to if plan.moves_to and self.team() == plan.moves_to.key else plan.team
        ).members

    def other(self, person: Person) -> Person:
        """A colleague."""
        return self.random.choice(
            [member for member in self.people() if member.login != person.login]
        )

    # -- changes

    def _edit(self, path: str) -> Edit:
        stamp = f"{self.random.getrandbits(48):012x}"
        lines = tuple(f"{stamp} line {number}" for number in range(self.random.randint(1, 9)))
        return path, lines, self.random.randrange(5)

    def _edits(self, prefixes: list[str]) -> tuple[Edit, ...]:
        found = {}
        for prefix in prefixes:
            for _ in range(self.random.choice((1, 1, 2))):
                path = f"{prefix or 'src/'}part{self.random.randrange(8)}.txt"
                found[path] = self._edit(path)
        return tuple(found.values())

    def _touched(self, commits: Iterable[Commit]) -> tuple[str, ...]:
        paths = [path for commit in commits for path in commit.paths]
        shared = self.plan.shared and any(path.startswith(self.plan.shared) for path in paths)
        return tuple(
            key
            for key, service in self.services.items()
            if shared or any(path.startswith(service.prefix) for path in paths)
        )

    def _title(self) -> str:
        serial = f"{self.random.getrandbits(32):08x}"
        return f"canary-title-{serial} {self.random.choice(VERBS)} {self.random.choice(THINGS)}"

    def _begin_any(self, service: Service) -> None:
        if self.plan.merge == "trunk":
            self._direct(service, "direct")
        elif self.chance(0.07):
            self._begin(service, self.lines[0], "bot")
        else:
            self._begin(service, self.lines[0], "feature")

    def _direct(self, service: Service, kind: str, reverts: Commit | None = None) -> Change:
        """A commit straight to the default branch, pushed as it is committed."""
        line, author = self.lines[0], self.random.choice(self.people())
        title, body = self._title(), ""
        if reverts is not None:
            title = f'Revert "{reverts.message.splitlines()[0]}"'
            body = f"\n\nThis reverts commit {reverts.sha}."
        # some were written hours before they were committed, and some clocks are wrong
        authored = (
            self.now - self.minutes(5, 400) + (self.minutes(420, 480) if self.chance(0.03) else 0)
        )
        commit = self.git.commit(
            (line.tip,), line.tree, self._edits([service.prefix]), title + body, author, authored, author, self.now
        )  # fmt: skip
        change = Change(
            line, author, kind, title, None, first_commit=min(authored, self.now), merged=self.now
        )
        change.merge_sha, change.reverts = commit.sha, reverts.sha if reverts else None
        before = line.tip
        self._land(change, [commit], commit)
        self._push_line(line, before, [(commit, True)], author)
        return change

    def _begin(
        self, service: Service, line: Line, kind: str, *, reverts: Commit | None = None, fixes: Incident | None = None,
        picked: Commit | None = None, on_merge: Callable[[], None] | None = None, parent: Change | None = None,
    ) -> Change:  # fmt: skip
        """Branch off and write the first commit of a request."""
        self.branched += 1
        author = DEPENDABOT if kind == "bot" else self.random.choice(self.people())
        title, body = self._title(), self.random.choice(BODIES)
        branch = f"canary-branch-{self.branched}-{self.random.choice(VERBS).lower()}"
        if kind == "bot":
            title, branch = (
                f"canary-title Bump thing from 1.{self.branched} to 2.0",
                f"dependabot/pip/{branch}",
            )
        elif kind == "hotfix":
            branch = f"hotfix/{branch}" if self.chance(0.5) else branch
        elif self.branched == 3:
            branch = "alice/fix"
        change = Change(line, author, kind, title, body, branch, on_merge=on_merge, parent=parent)
        change.urgent = kind in ("hotfix", "revert", "fix")
        change.id = next(self.identities)
        change.base = parent.head if parent else line.tip
        change.base_position = len(line.tips) - 1
        change.tree = (parent.tree if parent and parent.tree else line.tree).copy()
        if kind == "hotfix" and (not branch.startswith("hotfix/") or self.chance(0.5)):
            change.labels = ("hotfix",)
        elif kind == "bot":
            change.labels = ("dependencies",)
        prefixes = self._prefixes(service, kind)
        first = [self.now]
        if kind == "feature" and not parent:
            hours = self.blend(self.plan.pace.coding)
            done = self.later(self.now, hours)
            extra = self.random.choice((0, 0, 1, 1, 2, 3))
            first += sorted(self.random.randrange(self.now + 60, done) for _ in range(extra))
        else:
            done = self.now + (self.minutes(10, 40) if change.urgent else self.minutes(2, 20))
        if reverts is not None:
            change.reverts = reverts.sha
            change.title = f'Revert "{reverts.message.splitlines()[0]}"'
            change.body = f"Reverts a commit.\r\n\r\n{reverts.sha}"
        if fixes is not None:
            change.fixes = fixes
            change.body = f"canary-title-body: mends it.\r\n\r\nFixes #{fixes.number}"
        elif kind == "feature" and not parent and self.chance(0.25):
            change.closes = self._issue(service, ("enhancement",))
            change.body = f"{change.body or ''}\r\n\r\nCloses #{change.closes['number']}"
        self.at(done + 60, lambda: self._push_first(change, first, prefixes, reverts, picked))
        return change

    def _prefixes(self, service: Service, kind: str) -> list[str]:
        if not self.plan.shared:
            return [""]
        if kind == "bot":
            return [self.plan.shared]
        found = [service.prefix]
        if kind == "feature":
            if self.chance(0.06):
                found.append(self.plan.shared)
            elif self.chance(0.12):
                found.append(self.random.choice([s.prefix for s in self.plan.services]))
        return found

    def _push_first(
        self, change: Change, times: list[int], prefixes: list[str], reverts: Commit | None, picked: Commit | None
    ) -> None:  # fmt: skip
        """Push all commits written so far, then open the request."""
        for number, at in enumerate(times):
            # the first commit of a request that touches two folders touches one of them
            where = prefixes if len(times) == 1 else [prefixes[number % len(prefixes)]]
            message = f"{change.title} (part {number + 1})" if number else change.title
            if reverts is not None:
                message = f"{change.title}\n\nThis reverts commit {reverts.sha}."
            if picked is not None:
                message = f"{picked.message}\n\n(cherry picked from commit {picked.sha})"
                self._add_commit(change, picked.edits, message, picked.authored, at, picked.author)
            else:
                self._add_commit(change, self._edits(where), message, at, at, change.author)
        change.first_commit = min(
            min(commit.authored, commit.committed) for commit in change.commits
        )
        self.open_branches[change.branch] = change
        self._push_branch(
            change, NO_SHA, [(commit, True) for commit in change.commits], change.author
        )
        self.at(self.now + 20, lambda: self._open(change))

    def _add_commit(
        self, change: Change, edits: tuple[Edit, ...], message: str, authored: int, committed: int, author: Person
    ) -> Commit:  # fmt: skip
        parent = change.commits[-1] if change.commits else change.base
        if parent is None or change.tree is None:
            raise RuntimeError("a request has a base before it has commits")
        committer = (
            FORGE
            if author is DEPENDABOT
            else (author if author is change.author else change.author)
        )
        commit = self.git.commit(
            (parent,), change.tree, edits, message, author, authored, committer, committed
        )
        change.commits.append(commit)
        change.all_shas.append(commit.sha)
        return commit

    def _push_branch(
        self,
        change: Change,
        before: str,
        commits: list[tuple[Commit, bool]],
        sender: Person,
        forced: bool = False,
    ) -> None:
        body = self.forge.push(
            f"refs/heads/{change.branch}", before, change.head.sha, commits, change.head, self.now, sender, forced
        )  # fmt: skip
        self.emit("push", body)
        self._ci(change.branch, change.head, sender, "push")

    def _snapshot(self, change: Change) -> dict[str, Any]:
        base = change.base
        state = "closed" if change.merged is not None or change.closed is not None else "open"
        return {
            "number": change.number, "id": change.id, "issue_id": change.id + 7, "state": state, "title": change.title,
            "author": change.author, "body": change.body, "created_at": change.opened,
            "updated_at": max(change.updated, self.now),
            "closed_at": change.merged if change.merged is not None else change.closed, "merged_at": change.merged,
            "merge_commit_sha": change.merge_sha, "labels": change.labels, "draft": change.draft,
            "head_ref": change.branch, "head_sha": change.head.sha,
            "base_ref": change.parent.branch if change.parent else change.line.branch,
            "base_sha": base.sha if base else None,
            "merged_by": change.merged_by, "comments": change.comments, "review_comments": change.review_comments,
            "commits": len(change.commits), "additions": sum(commit.added for commit in change.commits),
            "deletions": sum(commit.deleted for commit in change.commits),
            "changed_files": len({path for commit in change.commits for path in commit.paths}), "kind": "pull",
        }  # fmt: skip

    def _pull_request(self, action: str, change: Change, sender: Person, **more: Any) -> None:
        self.emit(
            "pull_request",
            self.forge.pull_request(action, self._snapshot(change), self.now, sender, **more),
        )

    def _open(self, change: Change) -> None:
        """Open the request and plan how it is reviewed."""
        change.number = next(self.numbers)
        change.opened = self.now
        self.changes.append(change)
        plain = change.kind == "feature" and change.parent is None
        change.draft = plain and self.chance(0.1)
        labels, change.labels = change.labels, ()
        self._pull_request("opened", change, change.author)
        for name in labels:
            change.labels = (*change.labels, name)
            self._pull_request("labeled", change, change.author, label=self.forge.label(name))
        self.at(self.now + 45, lambda: self._comment(change, ACTIONS, "Coverage 87 %"))
        if self.chance(0.3):
            self.at(self.now + 90, lambda: self._comment(change, DEPLOYER, "Preview is ready"))
        if change.draft:
            self.at(
                self.later(self.now, self.blend(self.plan.pace.coding) / 3),
                lambda: self._ready(change),
            )
            return
        change.ready = self.now
        self._plan_review(change)

    def _ready(self, change: Change) -> None:
        change.draft, change.ready = False, self.now
        self._pull_request("ready_for_review", change, change.author)
        self._plan_review(change)

    def _comment(self, change: Change, person: Person, text: str) -> None:
        change.comments += 1
        self.emit(
            "issue_comment",
            self.forge.issue_comment(
                self._snapshot(change), next(self.identities), self.now, person, text
            ),
        )

    def _plan_review(self, change: Change) -> None:
        pace: Pace = self.plan.pace
        if change.parent is not None:
            self.at(self.now + self.minutes(5, 20), lambda: self._merge_into_parent(change))
            return
        if change.urgent:
            first = self.now + self.minutes(3, 15)
            merge = first + self.minutes(5, 30)
        else:
            first = self.later(self.now, self.blend(pace.pickup))
            merge = self.later(first, self.blend(pace.review))
        if not change.urgent and not self.chance(pace.reviewed):
            self.at(merge, lambda: self._finish(change))
            return
        if self.chance(0.15):
            self.at(
                self.now + 120,
                lambda: self._comment(change, change.author, "canary-title-comment: my own note"),
            )
        reviewer = self.other(change.author)
        self.at(first, lambda: self._first_review(change, reviewer, merge))
        if change.kind == "feature" and first - self.now > 3 * HOUR and self.chance(0.06):
            self.at(self.now + 20 * MINUTE, lambda: self._stack(change))

    def _first_review(self, change: Change, reviewer: Person, merge: int) -> None:
        change.first_review = self.now
        fate = self.random.random()
        room = merge - self.now > 30 * MINUTE
        if change.urgent or fate < 0.5 or not room:
            self._review(change, reviewer, "approved")
        elif fate < 0.6:
            self._comment(change, reviewer, "canary-title-comment: looks right, one moment")
            self.at(merge - 5 * MINUTE, lambda: self._review(change, reviewer, "approved"))
        else:
            asks = fate < 0.85
            self._review(change, reviewer, "changes_requested" if asks else "commented")
            if asks:
                self.at(merge - 20 * MINUTE, lambda: self._push_more(change))
            self.at(merge - 5 * MINUTE, lambda: self._review(change, reviewer, "approved"))
        self.at(merge, lambda: self._finish(change))

    def _review(self, change: Change, reviewer: Person, state: str) -> None:
        identity = next(self.identities)
        if state == "approved":
            change.approved = self.now
        body = None if state == "approved" else "canary-title-review: “why”?"
        self.emit(
            "pull_request_review",
            self.forge.review(self._snapshot(change), identity, self.now, reviewer, state, body),
        )
        if state != "approved":
            change.review_comments += 1
            path = change.head.paths[0] if change.head.paths else "README.md"
            text = self.forge.review_comment(
                self._snapshot(change), next(self.identities), identity, self.now, reviewer, path
            )
            self.emit("pull_request_review_comment", text)

    def _push_more(self, change: Change) -> None:
        """Answer a review: another commit, the last one amended, the branch rebased, or the default branch merged in."""
        before, fate = change.head.sha, self.random.random()
        plain = (
            change.kind == "feature"
            and before == change.all_shas[-1]
            and len(change.all_shas) == len(change.commits)
        )
        moved = change.line.tip is not change.base
        forced = False
        if plain and fate < 0.1 and len(change.commits) > 1:
            old, forced = change.commits.pop(), True
            pushed = [
                self._add_commit(
                    change, old.edits, old.message, old.authored, self.now - 30, old.author
                )
            ]
        elif plain and fate < 0.25 and moved:
            olds, forced = change.commits, True
            change.base, change.tree, change.commits = change.line.tip, change.line.tree.copy(), []
            change.base_position = len(change.line.tips) - 1
            pushed = [
                self._add_commit(change, c.edits, c.message, c.authored, self.now - 30, c.author)
                for c in olds
            ]
        elif plain and fate < 0.4 and moved and self.plan.merge != "rebase":
            self._update_branch(change)
            return
        else:
            at = self.now - 60
            edits = tuple(self._edit(path) for path in change.commits[0].paths[:1])
            message = f"{change.title} (review {len(change.commits)})"
            pushed = [self._add_commit(change, edits, message, at, at, change.author)]
        self._push_branch(
            change, before, [(commit, True) for commit in pushed], change.author, forced
        )
        self._synchronize(change, before)

    def _update_branch(self, change: Change) -> None:
        """Merge the default branch into the request's: the push lists commits that are other people's work."""
        before, line = change.head, change.line
        tree = line.tree.copy()
        edits = tuple(edit for commit in change.commits for edit in commit.edits)
        message = f"Merge branch '{line.branch}' into {change.branch}"
        by = change.author
        commit = self.git.commit(
            (before, line.tip), tree, edits, message, by, self.now, by, self.now, whole=True
        )
        foreign = [c for brought in line.brought[change.base_position + 1 :] for c in brought]
        change.tree, change.base_position = tree, len(line.tips) - 1
        # what the merge repeats is in the other commits already
        commit.edits = ()
        change.commits.append(commit)
        change.all_shas.append(commit.sha)
        self._push_branch(change, before.sha, [*((c, False) for c in foreign), (commit, True)], by)
        self._synchronize(change, before.sha)

    def _synchronize(self, change: Change, before: str) -> None:
        self._pull_request(
            "synchronize", change, change.author, before=before, after=change.head.sha
        )

    def _stack(self, parent: Change) -> None:
        """A request into this request's branch: it is part of this one, no change of its own."""
        service = self.services[self._touched(parent.commits)[0]]
        self._begin(service, parent.line, "feature", parent=parent)

    def _merge_into_parent(self, change: Change) -> None:
        parent = change.parent
        if parent is None or parent.merged is not None or parent.closed is not None:
            return
        before = parent.head.sha
        added = []
        if self.plan.merge == "rebase":
            added = [
                self._add_commit(parent, c.edits, c.message, c.authored, self.now, c.author)
                for c in change.commits
            ]
        else:
            edits = tuple(edit for commit in change.commits for edit in commit.edits)
            message = f"{change.title} (#{change.number})"
            added = [self._add_commit(parent, edits, message, self.now, self.now, change.author)]
        change.merged, change.merge_sha, change.merged_by = self.now, parent.head.sha, change.author
        self.open_branches.pop(change.branch, None)
        self._pull_request("closed", change, change.author)
        self._push_branch(parent, before, [(commit, True) for commit in added], change.author)
        self._synchronize(parent, before)

    def _finish(self, change: Change) -> None:
        """Merge the request, or give it up."""
        sender = (
            change.author if change.author.type == "User" else self.random.choice(self.people())
        )
        self.open_branches.pop(change.branch, None)
        if change.kind in ("feature", "bot") and self.chance(0.04):
            change.closed = self.now
            self._pull_request("closed", change, sender)
            return
        line, before = change.line, change.line.tip
        edits = tuple(edit for commit in change.commits for edit in commit.edits)
        pushed: list[tuple[Commit, bool]] = []
        tree = line.tree
        if self.plan.merge == "squash":
            detail = change.commits[0].message.partition("\n")[2]
            if len(change.commits) > 1:
                detail = "\n" + "\n\n".join(f"* {commit.message}" for commit in change.commits)
            text = f"{change.title} (#{change.number})" + (f"\n{detail}" if detail else "")
            tip = self.git.commit(
                (before,), tree, edits, text, change.author, self.now, FORGE, self.now
            )
            landed, pushed = [tip], [(tip, True)]
        elif self.plan.merge == "merge":
            text = (
                f"Merge pull request #{change.number} from acme/{change.branch}\n\n{change.title}"
            )
            tip = self.git.commit(
                (before, change.head), tree, edits, text, sender, self.now, FORGE, self.now
            )
            landed = change.commits
            pushed = [(commit, False) for commit in change.commits] + [(tip, True)]
        else:
            landed, tip = [], before
            for old in change.commits:
                tip = self.git.commit(
                    (tip,), tree, old.edits, old.message, old.author, old.authored, sender, self.now
                )
                landed.append(tip)
            pushed = [(commit, True) for commit in landed]
        change.merged, change.merge_sha, change.merged_by = self.now, tip.sha, sender
        self._land(change, landed, tip)
        self._pull_request("closed", change, sender)
        self._push_line(line, before, pushed, sender)
        if change.fixes is not None:
            self._close_incident(change.fixes, sender)
        if change.closes is not None:
            self._close_issue(change.closes, sender, "completed")
        if change.on_merge is not None:
            change.on_merge()
        elif (
            line is self.lines[0]
            and len(self.lines) > 1
            and change.kind == "feature"
            and self.chance(0.2)
        ):
            picked = landed[0]
            service = next(iter(self.services.values()))
            self.at(
                self.later(self.now, 20),
                lambda: self._begin(service, self.lines[1], "backport", picked=picked),
            )

    def _land(self, change: Change, commits: list[Commit], tip: Commit) -> None:
        """Put a merged change in the queue of each service that it touches."""
        line = change.line
        line.tip = tip
        line.tips.append(tip)
        line.brought.append(list(dict.fromkeys([*(c for c in commits if not c.is_merge), tip])))
        position = len(line.tips) - 1
        change.services = self._touched(commits)
        if change.opened is None:
            self.changes.append(change)
        for key in change.services:
            self._wait(line, Item(position, key, self.team(), change=change))
        for commit in commits:
            for key in self._touched([commit]):
                self._wait(line, Item(position, key, self.team(commit.committed), commit=commit))

    def _wait(self, line: Line, item: Item) -> None:
        line.waiting[item.service].append(item)
        self.items.append(item)

    def _push_line(
        self, line: Line, before: Commit, commits: list[tuple[Commit, bool]], sender: Person
    ) -> None:
        body = self.forge.push(
            f"refs/heads/{line.branch}",
            before.sha,
            line.tip.sha,
            commits,
            line.tip,
            self.now,
            sender,
        )
        self.emit("push", body)
        self._ci(line.branch, line.tip, sender, "push")

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

    # -- continuous integration

    def _run(
        self, name: str, commit: Commit, branch: str, actor: Person, trigger: str
    ) -> dict[str, Any]:
        self.runs[name] = self.runs.get(name, 0) + 1
        return {
            "id": next(self.identities), "name": name, "branch": branch, "commit": commit, "actor": actor,
            "event": trigger,
            "path": f".github/workflows/{name.lower()}.yml", "workflow_id": self.plan.id * 10 + len(name), "attempt": 1,
            "title": commit.message.splitlines()[0], "run_number": self.runs[name], "status": "queued",
            "conclusion": None,
            "created_at": self.now, "started_at": self.now, "updated_at": self.now,
        }  # fmt: skip

    def _ci(self, branch: str, commit: Commit, actor: Person, trigger: str) -> None:
        run = self._run("CI", commit, branch, actor, trigger)

        def done() -> None:
            red = self.chance(0.08)
            run.update(
                status="completed", conclusion="failure" if red else "success", updated_at=self.now
            )
            self.emit("workflow_run", self.forge.workflow_run("completed", run, self.now))

        self.at(self.now + self.minutes(2, 12), done)

    # -- roll-outs

    def _tick(self, unit: Unit) -> None:
        """Roll out what waits, if anything does, and come back later."""
        faster = max(1.0, self.scale) ** 0.5
        self.at(
            self.later(self.now, self.blend(self.plan.pace.deploy_every) / faster, 0.3),
            lambda: self._tick(unit),
        )
        quiet = self.plan.quiet
        if unit.busy or unit.frozen or (quiet and quiet[0] <= self.progress < quiet[1]):
            return
        line = self.lines[0]
        if len(self.lines) > 1 and self._waits(unit, self.lines[1]) and self.chance(0.6):
            line = self.lines[1]
        if self._waits(unit, line):
            self._roll_out(unit, line, len(line.tips) - 1, "normal")
        elif (
            unit.live is not None
            and self.plan.deploy in ("api", "run", "job")
            and self.chance(0.05)
        ):
            self._roll_out(unit, unit.live[0], unit.live[1], "again")

    def _waits(self, unit: Unit, line: Line) -> bool:
        return any(line.waiting[service.key] for service in unit.services)

    def _beat(self, unit: Unit, kinds: tuple[str, ...]) -> str | None:
        """The next thing that the story has in store, if it is time and of these kinds."""
        for beat in unit.beats:
            if beat[0] <= self.now and beat[1] in kinds:
                unit.beats.remove(beat)
                return beat[1]
        return None

    def _roll_out(
        self, unit: Unit, line: Line, position: int, why: str, done: Callable[[Deployment], None] | None = None,
        retry: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Start a roll-out of a position of a line; `why` is normal, again, retry, fix or rollback."""
        unit.busy = True
        commit = line.tips[position]
        by = self.random.choice(self.people())
        first = not unit.done
        fate = "success"
        if why == "normal" and not first and self.plan.deploy in ("api", "run", "job"):
            beat = self._beat(unit, ("failed", "open_failed"))
            if beat:
                fate = beat
            elif self.chance(self.blend(self.plan.pace.failed)):
                fate = "failed"
            elif self.chance(0.03):
                fate = "cancelled"
        deployment = Deployment(
            "", "", unit, line, position, commit, self.now, self.now, why, raw={"by": by}
        )

        def finish() -> None:
            self._finished(deployment, fate, done)

        {
            "api": self._by_api, "run": self._by_run, "job": self._by_job, "tag": self._by_tag,
            "release": self._by_release,
        }[self.plan.deploy](deployment, fate, finish, retry)  # fmt: skip

    def _name(self, deployment: Deployment, kind: str, identity: int | str, path: str) -> None:
        deployment.id = f"github:{self.plan.id}:{kind}:{identity}"
        deployment.url = f"{self.plan.url}/{path}"

    def _by_api(
        self,
        deployment: Deployment,
        fate: str,
        finish: Callable[[], None],
        retry: dict[str, Any] | None,
    ) -> None:
        run, sender = next(self.identities), ACTIONS
        start = self.now
        if retry is None and deployment.why in ("normal", "fix"):
            self._api_one(deployment, "staging", run, sender, self.now, self.now + 240, "success")
            start = self.now + 360 + self.minutes(2, 8)
        regions = [f"production-{region}" for region in self.plan.regions] or ["production"]
        last = start
        broken = self.random.randrange(len(regions))
        for number, environment in enumerate(regions):
            begin = start + 90 * number
            end = begin + self.minutes(3, 9)
            last = max(last, end)
            state = "success"
            if fate in ("failed", "open_failed") and number >= broken:
                state = "error" if self.chance(0.2) else "failure"
            elif fate == "cancelled":
                state = "inactive"
            raw = self._api_one(deployment, environment, run, sender, begin, end, state)
            if number == 0:
                self._name(deployment, "deployment", raw["id"], f"deployments/{raw['id']}")
                deployment.raw |= {"deployment_id": raw["id"], "run_id": run}
        deployment.created = start
        deployment.started = start + 15
        # staging may be taken back in the meantime, but this one is over when its last region is
        self.at(last, finish)

    def _api_one(
        self, deployment: Deployment, environment: str, run: int, sender: Person, begin: int, end: int, state: str
    ) -> dict[str, Any]:  # fmt: skip
        """One deployment object and its statuses, up to the one that a successor makes inactive."""
        unit = deployment.unit
        raw: dict[str, Any] = {
            "id": next(self.identities), "environment": environment, "sha": deployment.commit.sha,
            "ref": deployment.line.branch,
            "creator": sender, "created_at": begin, "updated_at": begin, "run_id": run,
        }  # fmt: skip

        def status(name: str, of: dict[str, Any] = raw) -> None:
            of["updated_at"] = self.now
            self.emit(
                "deployment_status",
                self.forge.deployment_status(of, next(self.identities), name, self.now),
            )

        self.at(begin, lambda: self.emit("deployment", self.forge.deployment(raw, self.now)))
        self.at(begin + 15, lambda: status("in_progress"))

        def over() -> None:
            status(state)
            if state == "success":
                before = unit.active.get(environment)
                unit.active[environment] = raw
                if before is not None and before is not raw:
                    self.at(self.now + 5, lambda: status("inactive", before))

        self.at(end, over)
        return raw

    def _by_run(
        self,
        deployment: Deployment,
        fate: str,
        finish: Callable[[], None],
        retry: dict[str, Any] | None,
    ) -> None:
        trigger = "push" if deployment.why == "normal" else "workflow_dispatch"
        run = self._again(retry) or self._run(
            "Deploy", deployment.commit, deployment.line.branch, deployment.raw["by"], trigger
        )
        deployment.raw["run"] = run
        self._name(deployment, "run", f"{run['id']}:{run['attempt']}", f"actions/runs/{run['id']}")
        deployment.created, deployment.started = run["created_at"], run["started_at"]
        conclusion = {"success": "success", "cancelled": "cancelled"}.get(fate, "failure")
        self._workflow_run("requested", run)
        self.at(self.now + 10, lambda: self._workflow_run("in_progress", run, status="in_progress"))

        def over() -> None:
            self._workflow_run("completed", run, status="completed", conclusion=conclusion)
            finish()

        self.at(self.now + self.minutes(3, 15), over)

    def _again(self, retry: dict[str, Any] | None) -> dict[str, Any] | None:
        """The next attempt of a run: the same id and creation time, a new start."""
        if retry is None:
            return None
        return retry | {
            "attempt": retry["attempt"] + 1, "status": "queued", "conclusion": None, "started_at": self.now,
            "updated_at": self.now,
        }  # fmt: skip

    def _workflow_run(self, action: str, run: dict[str, Any], **more: Any) -> None:
        run.update(more, updated_at=self.now)
        self.emit("workflow_run", self.forge.workflow_run(action, run, self.now))

    def _by_job(
        self,
        deployment: Deployment,
        fate: str,
        finish: Callable[[], None],
        retry: dict[str, Any] | None,
    ) -> None:
        trigger = "push" if deployment.why == "normal" else "workflow_dispatch"
        run = self._again(retry) or self._run(
            "CD", deployment.commit, deployment.line.branch, deployment.raw["by"], trigger
        )
        deployment.raw["run"] = run
        conclusion = {"success": "success", "cancelled": "cancelled"}.get(fate, "failure")
        self._workflow_run("requested", run)
        self.at(
            self.now + 200,
            lambda: self._job(run, self._new_job("build", self.now - 190), "success"),
        )
        name = "deploy / production"
        others = ["deploy / staging"]
        if len(self.plan.services) > 1:
            name = f"deploy ({deployment.unit.services[0].key})"
            others = [f"deploy ({key})" for key in self.services if f"deploy ({key})" != name]
        staging = len(self.plan.services) == 1
        for other in others:
            self.at(
                self.now + 380,
                partial(self._side_job, run, other, "success" if staging else "skipped"),
            )

        def begin() -> None:
            job = self._new_job(name, self.now)
            job["started_at"] = self.now + 10
            self._name(deployment, "job", job["id"], f"actions/runs/{run['id']}/job/{job['id']}")
            deployment.created, deployment.started = job["created_at"], job["started_at"]
            self.emit("workflow_job", self.forge.workflow_job("queued", run, job, self.now))

            def over() -> None:
                self._job(run, job, conclusion)
                finish()
                self.at(self.now + 3 * MINUTE, smoke)

            self.at(self.now + self.minutes(2, 10), over)

        def smoke() -> None:
            self._job(
                run,
                self._new_job("smoke test", self.now - 150),
                "success" if fate == "success" else "skipped",
            )
            self._workflow_run("completed", run, status="completed", conclusion=conclusion)

        self.at(self.now + 400, begin)

    def _side_job(self, run: dict[str, Any], name: str, conclusion: str) -> None:
        self._job(run, self._new_job(name, self.now - 170), conclusion)

    def _new_job(self, name: str, at: int) -> dict[str, Any]:
        return {
            "id": next(self.identities), "name": name, "status": "queued", "conclusion": None, "created_at": at,
            "started_at": at, "completed_at": None,
        }  # fmt: skip

    def _job(self, run: dict[str, Any], job: dict[str, Any], conclusion: str) -> None:
        job |= {"status": "completed", "conclusion": conclusion, "completed_at": self.now}
        self.emit("workflow_job", self.forge.workflow_job("completed", run, job, self.now))

    def _by_tag(
        self,
        deployment: Deployment,
        fate: str,
        finish: Callable[[], None],
        retry: dict[str, Any] | None,
    ) -> None:
        versions = self.versions
        if deployment.line.name:
            versions["old_patch"] += 1
            name = f"v1.{versions['old']}.{versions['old_patch']}"
        elif deployment.why in ("normal", "again"):
            versions["minor"], versions["patch"] = versions["minor"] + 1, 0
            name = f"v{versions['major']}.{versions['minor']}.0"
        else:
            versions["patch"] += 1
            name = f"v{versions['major']}.{versions['minor']}.{versions['patch']}"
        if deployment.why == "normal" and self.chance(0.2):
            self._tag(deployment, f"{name}-rc.1", self.now - 2 * MINUTE, annotated=True)
        self._tag(deployment, name, self.now, annotated=True)
        deployment.tag = name
        self._name(deployment, "tag", name, f"releases/tag/{name}")
        finish()

    def _tag(self, deployment: Deployment, name: str, at: int, annotated: bool) -> None:
        by = deployment.raw["by"]
        sha = self.git.tag(name, deployment.commit, by if annotated else None, at)
        base = f"refs/heads/{deployment.line.branch}"
        self.emit("create", self.forge.create_tag(name, at, by))
        self.emit(
            "push",
            self.forge.push(
                f"refs/tags/{name}", NO_SHA, sha, [], deployment.commit, at, by, base=base
            ),
        )

    def _by_release(
        self,
        deployment: Deployment,
        fate: str,
        finish: Callable[[], None],
        retry: dict[str, Any] | None,
    ) -> None:
        self.versions["minor"] += 1
        name = f"2026.{self.versions['minor']}"
        if deployment.why == "normal" and self.chance(0.2):
            self._release(deployment, f"{name}-beta", prerelease=True)
        identity = self._release(deployment, name, prerelease=False)
        deployment.tag = name
        self._name(deployment, "release", identity, f"releases/tag/{name}")
        finish()

    def _release(self, deployment: Deployment, name: str, prerelease: bool) -> int:
        self._tag(deployment, name, self.now, annotated=False)
        identity = next(self.identities)
        release = {
            "id": identity, "tag_name": name, "prerelease": prerelease,
            "created_at": deployment.commit.committed, "published_at": self.now,
        }  # fmt: skip
        for action in ("published", "prereleased" if prerelease else "released"):
            self.emit(
                "release", self.forge.release(action, release, self.now, deployment.raw["by"])
            )
        return identity

    def _finished(
        self, deployment: Deployment, fate: str, done: Callable[[Deployment], None] | None
    ) -> None:
        """Write down a roll-out's end, and let trouble begin where there is any."""
        unit = deployment.unit
        unit.busy = False
        if fate == "cancelled":
            return
        deployment.finished = unit.last_finish = self.now
        unit.done.append(deployment)
        if fate != "success":
            for service in unit.services:
                deployment.evidence.setdefault(service.key, set()).add("failed_rollout")
            unit.unrestored.append(deployment)
            unit.frozen = True
            if fate == "failed":
                self.at(self.now + self.minutes(12, 90), lambda: self._retry(deployment))
            return
        deployment.success = True
        for broken in unit.unrestored:
            broken.restored = {service.key: self.now for service in unit.services}
        unit.unrestored.clear()
        succeeded = [one for one in unit.done if one.success]
        before = unit.live
        for service in unit.services:
            if len(succeeded) == 1:
                deployment.first.add(service.key)
            self._carry(deployment, service.key)
        unit.live = (deployment.line, deployment.position)
        if deployment.why == "rollback":
            for service in unit.services:
                deployment.rework.setdefault(service.key, set()).add("rollback")
        if done is not None:
            done(deployment)
        elif deployment.why == "retry":
            unit.frozen = False
        if deployment.why == "normal" and len(succeeded) > 1:
            self._maybe_trouble(deployment, before)

    def _carry(self, deployment: Deployment, key: str) -> None:
        """Take from the queue what this roll-out is the first to bring."""
        queue = deployment.line.waiting[key]
        brought = [item for item in queue if item.position <= deployment.position]
        deployment.line.waiting[key] = [
            item for item in queue if item.position > deployment.position
        ]
        deployment.brought[key] = brought
        for item in brought:
            item.deployment = deployment
            change = item.change
            if change is None:
                continue
            reasons = deployment.rework.setdefault(key, set())
            if change.kind == "hotfix":
                reasons.add("hotfix")
            if change.reverts:
                reasons.add("revert")
            if change.fixes:
                reasons.add("incident_fix")

    def _retry(self, failed: Deployment) -> None:
        self._roll_out(
            failed.unit, failed.line, failed.position, "retry", retry=failed.raw.get("run")
        )

    # -- trouble

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
            return self.plan.deploy in ("api", "run", "job") and apart
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

    def _incident(
        self, key: str, severity: str, deployment: Deployment | None, explicit: bool
    ) -> Incident:
        """Open an incident now; blame a roll-out by name or by nearness."""
        service = self.services[key]
        labels = ("incident", severity, f"service:{key}")
        text = "canary-title-body: it is <i>down</i>."
        if deployment is not None and explicit:
            text += f"\r\n\r\nCaused by: {self._reference(deployment, key)}\r\n"
        item = self._issue(service, labels, text)
        incident = Incident(item["number"], key, severity, self.now, self.team(), item)
        if deployment is not None:
            incident.deployment = deployment
            incident.method = "explicit" if explicit else "proximity"
        self.incidents.append(incident)
        return incident

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
            forms += [f"#{changes[0].number}", f"{self.plan.url}/pull/{changes[0].number}"]
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
            self.emit("issues", self.forge.issues("reopened", item, self.now, sender))

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
                self._close_incident(incident, DEPLOYER)
            unit.frozen = False

        self.at(
            self.now + wait, lambda: self._roll_out(unit, before[0], before[1], "rollback", back)
        )

    def _trouble_fix(self, kind: str, deployment: Deployment, key: str, before: object) -> None:
        """Mend by a request: a hotfix, the fix of an incident, or both."""
        unit = deployment.unit
        service = self.services[key]

        def fixed(_: Deployment) -> None:
            if kind != "fix":
                self._blame(deployment, key, "hotfix", self.now)
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

    # -- issues

    def _issue(
        self, service: Service, labels: tuple[str, ...], body: str | None = None
    ) -> dict[str, Any]:
        author = self.random.choice(self.people())
        identity = next(self.identities)
        item: dict[str, Any] = {
            "number": next(self.numbers), "issue_id": identity, "title": self._title(), "author": author, "labels": (),
            "state": "open", "comments": 0, "created_at": self.now, "updated_at": self.now, "closed_at": None,
            "body": body,
            "state_reason": None,
        }  # fmt: skip
        # labels that are chosen while opening are on the issue at once, and are told one by one as well
        item["labels"] = labels
        self.emit("issues", self.forge.issues("opened", item, self.now, author))
        for name in labels:
            self.emit(
                "issues",
                self.forge.issues("labeled", item, self.now, author, label=self.forge.label(name)),
            )
        return item

    def _close_issue(self, item: dict[str, Any], sender: Person, reason: str) -> None:
        if item["state"] == "closed":
            return
        item.update(state="closed", closed_at=self.now, updated_at=self.now, state_reason=reason)
        self.emit("issues", self.forge.issues("closed", item, self.now, sender))

    def _work_item(self, service: Service) -> None:
        """Ordinary work: most of it is done, some is dropped, some stays."""
        item = self._issue(
            service,
            (self.random.choice(("bug", "enhancement", "chore")),),
            self.random.choice(BODIES),
        )
        sender = self.random.choice(self.people())
        if self.chance(0.8):
            reason = "completed" if self.chance(0.85) else "not_planned"
            self.at(self.later(self.now, 120, 0.8), lambda: self._close_issue(item, sender, reason))


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
