"""The demo company: teams, services, repositories, how each works, and its seeds.

- Checkout squashes and deploys through GitHub's deployments, staging before production, `cart` to two regions at once.
  It improves: lead time falls from a week to a day, failures from a third of all roll-outs to one in twenty. Its work
  is planned in Jira, and PagerDuty calls it at night.
- Discovery does everything in GitHub, incidents too: issues with a label. It merges with merge commits and deploys by
  the workflow run "Deploy". It degrades: reviews wait longer and failures rise. `recommendations` rests in July, is
  renamed there, and ends with a failed roll-out that nobody mended.
- Payments squashes in `payments` and deploys by the job "deploy / production", several times a day, with Jira and
  PagerDuty. In `ledger` it commits straight to the trunk, Jenkins deploys, and incidents are ServiceNow's. It takes
  over `cart` in the middle.
- Platform works in GitLab, Linear and incident.io. It keeps three services in one repository, with folders of their
  own and a shared one, and GitLab deploys each to an environment of its own.
- Developer Experience rebases and releases by tag: `v1` is maintained beside `v2` by back-ports.
- Mobile rebases and publishes releases, each of which ships both services of its repository.

Beyond twelve services the same ways of working repeat under new names, a team for each two services.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pipelines.demo.history import Person

OWNER = "acme"
HOST = "github.com"
HOSTS = {"github": HOST, "gitlab": "gitlab.com"}

Merge = Literal["squash", "merge", "rebase", "trunk"]
Deploy = Literal["api", "run", "job", "build", "tag", "release"]
Span = tuple[float, float]
"""A value at the beginning and at the end of the story."""


@dataclass(frozen=True)
class Pace:
    """How a team works; hours are medians, shares lie between 0 and 1."""

    changes_a_week: float
    coding: Span
    pickup: Span
    review: Span
    deploy_every: Span
    trouble: Span
    failed: Span
    reviewed: float = 0.94


@dataclass(frozen=True)
class Tools:
    """The source of each thing that a plan's tools tell; GitHub does all of it where nothing else is said."""

    forge: str = "github"
    tickets: str = "github"
    incidents: str = "github"
    builds: str = "github"


ATLASSIAN = Tools(tickets="jira", incidents="pagerduty")
LINEAR = Tools("gitlab", "linear", "incident_io", "gitlab")
OFFICIAL = Tools(incidents="servicenow", builds="jenkins")


IMPROVES = Pace(6.0, (30, 4), (30, 1), (36, 2), (70, 4), (0.30, 0.05), (0.14, 0.02))
DEGRADES = Pace(6.0, (10, 14), (3, 40), (7, 30), (10, 36), (0.04, 0.30), (0.02, 0.14))
ELITE = Pace(12.0, (3, 3), (1, 1), (2, 2), (3, 3), (0.04, 0.04), (0.02, 0.02), 0.9)
STEADY = Pace(6.0, (12, 12), (7, 7), (10, 10), (18, 18), (0.12, 0.12), (0.05, 0.05))
RELEASES = Pace(6.5, (16, 16), (9, 9), (14, 14), (60, 60), (0.11, 0.11), (0.0, 0.0))


@dataclass(frozen=True)
class Team:
    """A team and its people."""

    key: str
    name: str
    members: tuple[Person, ...]


@dataclass(frozen=True)
class Service:
    """A service of the demo and the folder it lies in."""

    key: str
    name: str
    area: str
    tier: str
    prefix: str = ""


@dataclass(frozen=True)
class Plan:
    """One repository: whose it is and how its work flows."""

    name: str
    id: int
    team: Team
    services: tuple[Service, ...]
    merge: Merge
    deploy: Deploy
    pace: Pace
    shared: str = ""
    rollout: Literal["service", "repository"] = "service"
    regions: tuple[str, ...] = ()
    lines: bool = False
    quiet: tuple[float, float] | None = None
    moves_to: Team | None = None
    moves_at: float = 0.5
    beats: tuple[tuple[float, str], ...] = ()
    former: str = ""
    tools: Tools = Tools()

    @property
    def host(self) -> str:
        """The host of its forge."""
        return HOSTS[self.tools.forge]

    @property
    def key(self) -> str:
        """The warehouse's name of the repository."""
        return f"{self.host}/{OWNER}/{self.name}"

    @property
    def url(self) -> str:
        """Its page."""
        return f"https://{self.key}"

    @property
    def can_repeat(self) -> bool:
        """Whether the same can be rolled out again; a tag or release is made once."""
        return self.deploy not in ("tag", "release")

    @property
    def told(self) -> tuple[str, ...]:
        """The sources that tell of it, each once."""
        return tuple(dict.fromkeys(vars(self.tools).values()))

    def owners(self, company: "Organisation") -> list[tuple[str, str, str]]:
        """The teams that own it, each with from when until when."""
        if not self.moves_to:
            return [(self.team.key, "", "")]
        moved = company_time(company.at(self.moves_at))
        return [(self.team.key, "", moved), (self.moves_to.key, moved, "")]


@dataclass(frozen=True)
class Organisation:
    """Everything that does not change while the story runs."""

    start: int
    end: int
    plans: tuple[Plan, ...]
    teams: tuple[Team, ...] = field(default=())

    def at(self, share: float) -> int:
        """The moment at a share of the story, epoch seconds."""
        return round(self.start + share * (self.end - self.start))


# what tools call a service: its name and its id
NAMES: dict[str, Callable[[Service], tuple[str, str]]] = {
    "pagerduty": lambda service: (f"acme-{service.key}", f"P{service.key.upper()}"),
    "incident_io": lambda service: (service.name, service.key),
    "servicenow": lambda service: (service.name, f"{service.key:0<32}"),
}

DEPENDABOT = Person(
    "dependabot[bot]",
    "dependabot[bot]",
    "49699333+dependabot[bot]@users.noreply.github.com",
    49699333,
    "Bot",
)
ACTIONS = Person(
    "github-actions[bot]",
    "github-actions[bot]",
    "41898282+github-actions[bot]@users.noreply.github.com",
    41898282,
    "Bot",
)
DEPLOYER = Person("acme-deploy-robot", "Acme Deploy Robot", "robots@acme.example", 90_000_001)
FORGE = Person("web-flow", "GitHub", "noreply@github.com", 19864447)

# names as people really have them
FIRST_NAMES = (
    "Änne",
    "Bjørn",
    "Chloë",
    "D'Arcy",
    "Eszter",
    "Fátima",
    "Gökçe",
    "Łukasz",
    "Nguyễn",
    "José",
)


def members(team: str, number: int, size: int = 5) -> tuple[Person, ...]:
    """People whose every trait carries a canary, so that a leak can be searched for."""
    return tuple(
        Person(
            f"canary-person-{team}-{index}",
            f"Canary-Person {FIRST_NAMES[(number + index) % len(FIRST_NAMES)]} {team.title()}",
            f"canary-person-{team}-{index}@acme.example",
            10_000_000 + number * 100 + index,
        )
        for index in range(1, size + 1)
    )


TEAM_NAMES = {
    "checkout": "Checkout",
    "discovery": "Discovery",
    "payments": "Payments",
    "platform": "Platform",
    "devex": "Developer Experience",
    "mobile": "Mobile",
}
EVERYTHING = (
    (0.2, "incident"),
    (0.3, "rollback"),
    (0.4, "hotfix"),
    (0.5, "revert"),
    (0.6, "hotfix_incident"),
)


def organisation(start: int, end: int, services: int = 12) -> Organisation:
    """The company with so many services (one at least)."""
    teams = {
        key: Team(key, name, members(key, number))
        for number, (key, name) in enumerate(TEAM_NAMES.items(), start=1)
    }
    plans: list[Plan] = []

    def add(
        name: str, team: str, keys: dict[str, tuple[str, str]], area: str, **how: object
    ) -> None:
        left = services - sum(len(plan.services) for plan in plans)
        found = tuple(
            Service(key, title, area, tier, f"{key}/" if how.get("shared") else "")
            for key, (title, tier) in list(keys.items())[:left]
        )
        if found:
            repository_id = 186_853_000 + len(plans) * 1009
            plans.append(Plan(name, repository_id, teams[team], found, **how))  # type: ignore[arg-type]

    add("checkout", "checkout", {"checkout": ("Checkout", "1")}, "Shop", merge="squash", deploy="api", pace=IMPROVES,
        tools=ATLASSIAN,
        beats=((0.12, "failed"), (0.25, "hotfix"), (0.42, "sev1"), (0.6, "explicit_older"), (0.8, "fix")))  # fmt: skip
    add("payments", "payments", {"payments": ("Payments", "1")}, "Money", merge="squash", deploy="job", pace=ELITE,
        tools=ATLASSIAN,
        beats=((0.2, "rollback"), (0.35, "revert"), (0.5, "failed"), (0.7, "rollback_quiet"),
               (0.85, "incident")))  # fmt: skip
    add("search", "discovery", {"search": ("Search", "1")}, "Discovery", merge="merge", deploy="run", pace=DEGRADES,
        beats=(*EVERYTHING, (0.7, "explicit_older"), (0.97, "open_incident")))  # fmt: skip
    add("ledger", "payments", {"ledger": ("Ledger", "1")}, "Money", merge="trunk", deploy="build", pace=ELITE,
        tools=OFFICIAL,
        beats=((0.3, "revert"), (0.55, "rollback"), (0.75, "incident_late")))  # fmt: skip
    add("cart", "checkout", {"cart": ("Cart", "1")}, "Shop", merge="squash", deploy="api", pace=IMPROVES,
        tools=ATLASSIAN, regions=("eu", "us"), moves_to=teams["payments"], moves_at=0.54,
        beats=((0.15, "rollback"), (0.35, "failed"), (0.8, "hotfix_incident")))  # fmt: skip
    add("recommendations", "discovery", {"recommendations": ("Recommendations", "2")}, "Discovery", merge="merge",
        deploy="run", pace=DEGRADES, quiet=(0.305, 0.5), former="recs",
        beats=((0.22, "hotfix"), (0.65, "revert"), (0.8, "rollback"), (0.95, "open_failed")))  # fmt: skip
    add("platform", "platform", {"identity": ("Identity", "1"), "gateway": ("Gateway", "1"),
        "notifications": ("Notifications", "2")},
        "Core", merge="merge", deploy="api", pace=STEADY, shared="shared/", tools=LINEAR,
        beats=(*EVERYTHING, (0.7, "failed"), (0.75, "reopened"), (0.8, "rollback_quiet")))  # fmt: skip
    add("sdk", "devex", {"sdk": ("Software Development Kit", "2")}, "Developers", merge="rebase", deploy="tag",
        pace=RELEASES, lines=True, beats=((0.25, "incident"), (0.55, "hotfix"), (0.7, "revert")))  # fmt: skip
    add("apps", "mobile", {"ios": ("iOS App", "1"), "android": ("Android App", "1")}, "Apps", merge="rebase",
        deploy="release", pace=RELEASES, shared="lib/", rollout="repository",
        beats=((0.3, "hotfix"), (0.5, "incident"), (0.7, "fix")))  # fmt: skip
    ways: list[dict[str, object]] = [
        {"merge": "squash", "deploy": "api", "pace": IMPROVES, "beats": EVERYTHING},
        {"merge": "merge", "deploy": "run", "pace": DEGRADES, "beats": EVERYTHING},
        {"merge": "squash", "deploy": "job", "pace": STEADY, "beats": EVERYTHING},
        {
            "merge": "trunk",
            "deploy": "job",
            "pace": ELITE,
            "beats": ((0.3, "revert"), (0.6, "rollback")),
        },
        {
            "merge": "rebase",
            "deploy": "tag",
            "pace": RELEASES,
            "lines": True,
            "beats": ((0.5, "hotfix"),),
        },
    ]
    number = sum(len(plan.services) for plan in plans)
    while number < services:
        number += 1
        team = f"team-{(number + 1) // 2:02d}"
        teams.setdefault(team, Team(team, team.title(), members(team, len(teams) + 1)))
        key = f"service-{number:02d}"
        add(
            key,
            team,
            {key: (key.title(), "3")},
            f"Area {number % 4 + 1}",
            **ways[number % len(ways)],
        )
    used = {plan.team.key for plan in plans} | {
        plan.moves_to.key for plan in plans if plan.moves_to
    }
    return Organisation(
        start, end, tuple(plans), tuple(team for key, team in teams.items() if key in used)
    )


def write_seeds(company: Organisation, folder: Path) -> None:
    """Write the company's seeds, as a data team would have."""
    folder.mkdir(parents=True, exist_ok=True)

    def write(name: str, header: str, rows: Iterable[Iterable[str]]) -> None:
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header.split(","))
            writer.writerows(rows)

    served = [(plan, service) for plan in company.plans for service in plan.services]
    write(
        "services",
        "service_key,service_name,product_area,tier,incident_window_hours,change_branches",
        [
            (s.key, s.name, s.area, s.tier, "24", r"main|release/.*" if p.lines else "")
            for p, s in served
        ],
    )
    write(
        "service_repositories",
        "service_key,repository_key,path_prefix",
        [
            (service.key, plan.key, prefix)
            for plan, service in served
            for prefix in ([service.prefix, plan.shared] if plan.shared else [""])
        ],
    )
    write(
        "service_owners",
        "service_key,team_key,valid_from,valid_until",
        [(service.key, *owner) for plan, service in served for owner in plan.owners(company)],
    )
    write("teams", "team_key,team_name", [(team.key, team.name) for team in company.teams])
    write(
        "deployment_rules",
        "rule_key,kind,repository_key,name_pattern,branch_pattern,environment_pattern,environment,service_key,"
        "line_pattern,precedence,valid_from,valid_until",
        [rule for plan in company.plans for rule in _rules(plan)],
    )
    write(
        "environments",
        "environment_pattern,environment,region,is_production",
        [
            ("production", "production", "", "true"),
            ("production-eu", "production", "eu", "true"),
            ("production-us", "production", "us", "true"),
            ("production/.*", "production", "", "true"),
            ("staging(/.*)?", "staging", "", "false"),
        ],
    )
    write(
        "incident_rules",
        "rule_key,repository_key,label_pattern,severity,counts_for_restore",
        [
            ("sev1", "", "sev1", "sev1", "true"),
            ("sev2", "", "sev2", "sev2", "true"),
            ("sev3", "", "sev3", "sev3", "false"),
        ],
    )
    write(
        "change_rules",
        "rule_key,kind,repository_key,label_pattern,branch_pattern",
        [("hotfix", "hotfix", "", "hotfix", "hotfix/.*")],
    )
    write(
        "severities",
        "source,name_pattern,severity,counts_for_restore",
        [
            ("pagerduty", "P3", "sev3", "false"),
            ("incident_io", "Minor", "sev3", "false"),
            ("servicenow", "3 - Moderate", "sev3", "false"),
        ],
    )
    write(
        "service_names",
        "source,name_pattern,service_key",
        [
            (plan.tools.incidents, name, service.key)
            for plan, service in served
            if plan.tools.incidents in NAMES
            for name in NAMES[plan.tools.incidents](service)
        ],
    )
    projects = [
        (f"{plan.tools.tickets}:{plan.name}", plan)
        for plan in company.plans
        if plan.tools.tickets != "github"
    ]
    jobs = [(f"jenkins:{p.name}/deploy", p) for p in company.plans if p.deploy == "build"]
    write(
        "project_services",
        "project_key,service_key,valid_from,valid_until",
        [
            (key, plan.services[0].key, "", "")
            for key, plan in (*projects, *jobs)
            if len(plan.services) == 1
        ],
    )
    write(
        "project_teams",
        "project_key,team_key,valid_from,valid_until",
        [(key, *owner) for key, plan in projects for owner in plan.owners(company)],
    )
    write("bots", "actor_pattern", [("acme-.*-robot",)])
    write(
        "targets",
        "metric_key,segment_type,segment_key,level,value,valid_from,valid_until",
        [
            ("lead_time_for_changes", "organisation", "all", "should", "172800", "", ""),
            ("change_failure_rate", "organisation", "all", "should", "0.1", "", ""),
            ("time_to_restore", "organisation", "all", "should", "14400", "", ""),
            ("deployment_frequency", "organisation", "all", "should", "40", "", ""),
        ],
    )
    write(
        "settings",
        "setting,value",
        [("reporting_time_zone", "Europe/Berlin"), ("failure_window_days", "7")],
    )


def vouched(company: Organisation) -> dict[str, list[tuple[str, str]]]:
    """What the story tells wholly, by source: scopes and entities as the loads of that source name them."""
    found: dict[str, list[tuple[str, str]]] = {}
    for plan in company.plans:
        if plan.tools.incidents != "github":
            found[plan.tools.incidents] = [(plan.tools.incidents, "incidents")]
        if plan.tools.tickets != "github":
            scope = f"{plan.tools.tickets}:project:{plan.name}"
            found.setdefault(plan.tools.tickets, []).append((scope, "issues"))
        if plan.tools.forge == "gitlab":
            entities = ("merge_requests", "commits", "deployments", "pipelines", "jobs")
            found.setdefault("gitlab", []).extend((plan.key, entity) for entity in entities)
        if plan.tools.builds == "jenkins":
            scope = f"jenkins:project:{plan.name}/deploy"
            found.setdefault("jenkins", []).append((scope, "builds"))
    return found


def _rules(plan: Plan) -> list[tuple[str, ...]]:
    """The deployment rules of one repository."""

    def rule(
        kind: str,
        name: str = "",
        branch: str = "",
        where: str = "production",
        service: str = "",
        line: str = "",
        environment: str = "",
    ) -> tuple[str, ...]:
        key = f"{plan.name}_{service or kind}"
        return (key, kind, plan.key, name, branch, environment, where, service, line, "100", "", "")

    if plan.deploy == "api" and len(plan.services) > 1:
        return [
            rule("deployment", environment=f"production/{service.key}", service=service.key)
            for service in plan.services
        ]
    if plan.deploy == "api":
        return [rule("deployment", where="")]
    if plan.deploy == "build":
        return [rule("run", f"{plan.name}/deploy", "main")]
    if plan.deploy == "run":
        return [rule("run", "Deploy", "main")]
    if plan.deploy == "tag":
        return [rule("tag", r"v\d+\.\d+\.\d+", line=r"v(\d+)\..*")]
    if plan.deploy == "release":
        return [rule("release", r"\d{4}\.\d+")]
    if len(plan.services) == 1:
        return [rule("job", "deploy / production", "main")]
    return [
        rule("job", rf"deploy \({service.key}\)", "main", service=service.key)
        for service in plan.services
    ]


def company_time(at: int) -> str:
    """A moment as the seeds write it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
