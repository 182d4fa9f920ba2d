"""The clock, the people and the post of one repository's story."""

import heapq
import random
import uuid
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, TextIO

from pipelines.demo.answers import Answers
from pipelines.demo.desk import Desk, GitHubIssues
from pipelines.demo.gitlab import GitLab
from pipelines.demo.history import Commit, Person, Repository
from pipelines.demo.incident_io import IncidentIo
from pipelines.demo.jira import Jira
from pipelines.demo.linear import Linear
from pipelines.demo.model import Change, Incident, Item, Line
from pipelines.demo.organisation import (
    Organisation,
    Plan,
    Span,
)
from pipelines.demo.pagerduty import PagerDuty
from pipelines.demo.payloads import Forge, dumps, moment
from pipelines.demo.servicenow import ServiceNow

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

HOOKS = {
    "push": "Push Hook",
    "pull_request": "Merge Request Hook",
    "pull_request_review": "Merge Request Hook",
    "pull_request_review_comment": "Note Hook",
    "issue_comment": "Note Hook",
    "workflow_run": "Pipeline Hook",
    "workflow_job": "Job Hook",
    "deployment": "Deployment Hook",
    "deployment_status": "Deployment Hook",
    "release": "Release Hook",
}
DESKS: dict[str, type[Desk]] = {
    desk.source: desk for desk in (GitHubIssues, Jira, Linear, PagerDuty, IncidentIo, ServiceNow)
}


def headers_of(source: str, event: str, guid: str) -> dict[str, str]:
    """The headers of a delivery that say more than its body; some tools send none."""
    return {
        "github": {"X-GitHub-Event": event, "X-GitHub-Delivery": guid},
        "gitlab": {"X-Gitlab-Event": HOOKS.get(event, ""), "Idempotency-Key": guid},
        "jira": {"X-Atlassian-Webhook-Identifier": guid},
        "linear": {"Linear-Event": event, "Linear-Delivery": guid},
        "incident_io": {"webhook-id": f"msg_{guid}"},
    }.get(source, {})


class Stage:
    """What every part of a story stands on."""

    def __init__(
        self, plan: Plan, company: Organisation, folder: Path, *, seed: int, scale: float, slim: bool,
        record: Callable[[str, dict[str, Any]], None], payloads: Mapping[str, TextIO],
    ) -> None:  # fmt: skip
        """`record` takes a table of the truth and a row; `payloads` takes lines of JSON, a file a source."""
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
        self.held: list[tuple[int, int, str, str]] = []
        self.sent = 0
        self.answers = Answers(self)
        self.numbers = count(1)
        self.identities = count(plan.id * 100_000)
        self.runs: dict[str, int] = {}
        self.slim = slim
        born = company.start - 60 * DAY
        self.forge: Forge | GitLab = (
            GitLab(plan, born)
            if plan.tools.forge == "gitlab"
            else Forge(plan, born, slim, plan.former)
        )
        self.board = DESKS[plan.tools.tickets](self)
        self.desk = self.board
        if plan.tools.incidents != plan.tools.tickets:
            self.desk = DESKS[plan.tools.incidents](self)
        self.attempts: dict[int, int] = {}
        self.git = Repository(folder / "repositories" / f"{plan.name}.git", f"{plan.url}.git")
        self.services = {service.key: service for service in plan.services}
        self.changes: list[Change] = []
        self.items: list[Item] = []
        self.incidents: list[Incident] = []
        self.open_branches: dict[str, Change] = {}
        self.lines: list[Line] = []
        self.versions = {"major": 1, "minor": 0, "patch": 0, "old": 0}
        self.branched = 0

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

    def emit(self, event: str, text: str | None, source: str = "") -> None:
        """Send a payload; two in a hundred arrive late, two arrive twice, and those of an outage never."""
        if text is None:
            return
        source = source or self.forge.source
        self._flush(self.now)
        self.sent += 1
        guid = str(uuid.UUID(bytes=self.post.randbytes(16), version=4))
        headers, body = headers_of(source, event, guid), dumps(text)
        # GitLab's pushes have no clock but their arrival
        fate = 1.0 if source == "gitlab" and event == "push" else self.post.random()
        if source == "github" and self.answers.is_lost(event, text):
            return
        if fate < 0.04:
            late = self.now + self.post.randrange(MINUTE, 4 * HOUR)
            heapq.heappush(self.held, (late, self.sent, source, self._line(headers, late, body)))
        if not 0.02 <= fate < 0.04:
            line = self._line(headers, self.now + self.post.randrange(1, 5), body)
            self.payloads[source].write(line)

    def _line(self, headers: dict[str, str], received: int, body: str) -> str:
        return f'{{"headers":{dumps(headers)},"received_at":"{moment(received)}","body":{body}}}\n'

    def _flush(self, until: int | None) -> None:
        while self.held and (until is None or self.held[0][0] <= until):
            _, _, source, line = heapq.heappop(self.held)
            self.payloads[source].write(line)

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
