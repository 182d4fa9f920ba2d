"""What the demo is made of while it runs: lines, changes, roll-outs, incidents. Times are epoch seconds, UTC."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipelines.demo.history import Commit, Person, Tree
from pipelines.demo.organisation import Service


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
    reopened: bool = False
    orphan: bool = False

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

    service: str
    severity: str
    opened: int
    team: str
    item: dict[str, Any]
    acknowledged: int | None = None
    deployment: Deployment | None = None
    method: str | None = None
    resolved: int | None = None
