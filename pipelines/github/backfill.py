"""The GitHub REST API of one repository → raw_github, by dlt's declarative `rest_api`.

    the repository itself, the heads of its branches, the server's clock       asked first
    issues, by `updated_at` ──┬─▶ issues, issue_events           one request an issue or pull request that changed
                              └─▶ pull_requests, reviews, pull_request_commits
    review_comments, issue_comments, by `updated_at`
    commits of the default and of release branches: all at first, then `compare/<last head>...<head>`
    workflow_runs, newest first ──▶ earlier attempts, workflow_jobs
    deployments, newest first ──▶ deployment_statuses
    releases; refs of tags ──▶ tag objects
    dependabot_alerts, by `updated_at`, newest first

Every page becomes rows of the raw contract at once. What a load has seen whole becomes a row of `load_ledger`, landed
after the data, and the next load goes on from there: there is no second memory. Long walks are done in parts, each a
load of its own that keeps its place in the ledger, so that a killed backfill goes on where it was. A resource that may
not be read (403, 404, 410) gets no row: unknown, never none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import dlt
import pyarrow as pa
import requests
from dlt.extract import DltResource
from dlt.sources.helpers.rest_client.paginators import BasePaginator, HeaderLinkPaginator
from dlt.sources.rest_api import rest_api_resources
from dlt.sources.rest_api.typing import EndpointResource, RESTAPIConfig

from pipelines import landing
from pipelines.github import client as github
from pipelines.github.watch import Watch
from pipelines.landing import Record
from pipelines.rest import ledger as memory
from pipelines.rest.client import text_of
from pipelines.rest.ledger import Known, Ledger, Part

Item = dict[str, Any]

# What may change long after it was listed by its creation: a run is repeated, a deployment waits for its approval.
LOOK_BACK = {"builds": timedelta(days=7), "deployments": timedelta(days=30)}
# A run may wait and work for 35 days: the first load of a day looks back that far.
LOOK_BACK_DAILY = LOOK_BACK | {"builds": timedelta(days=35)}
# A replica that lags must not hide what was written just before the last load.
OVERLAP = timedelta(minutes=5)
PAGES_A_PART = 20
NO_END = 1_000_000
# Branches beside the default one whose commits are read, by the start of their names.
RELEASE_BRANCHES = ("release", "hotfix/")

WALKS = {
    "conversations": (
        "issues",
        "issue_events",
        "pull_requests",
        "reviews",
        "pull_request_commits",
    ),
    "builds": ("workflow_runs", "workflow_jobs"),
    "deployments": ("deployments", "deployment_statuses"),
}
LISTS = (
    "review_comments",
    "issue_comments",
    "commits",
    "releases",
    "tags",
    "dependabot_alerts",
)
READ_WHOLE = ("releases", "tags", "repositories")
# Of what is listed again each time, only what is new lands.
LISTED_AGAIN = (*READ_WHOLE, "dependabot_alerts")
TABLES = (*LISTS, *(name for walk in WALKS.values() for name in walk), "repositories", "refs")

# What makes a version of an object, where the vendor has a clock or an id for it; else the whole payload does.
VERSIONS: Mapping[str, tuple[str, ...]] = {
    "repositories": ("id", "full_name", "updated_at", "pushed_at"),
    "pull_requests": ("id", "updated_at"),
    "review_comments": ("id", "updated_at"),
    "issue_comments": ("id", "updated_at"),
    "commits": ("url",),
    "pull_request_commits": ("_pulls_number", "url"),
    "workflow_runs": ("id", "run_attempt", "updated_at"),
    "deployments": ("id", "updated_at"),
    "deployment_statuses": ("id", "updated_at"),
    # downloads are counted in a release's assets, and are no version of it
    "releases": ("id", "updated_at", "tag_name", "name", "draft", "prerelease", "published_at"),
    "issues": ("id", "updated_at"),
    "issue_events": ("id",),
    "dependabot_alerts": ("url", "updated_at", "state"),
}


@dataclass
class Backfill:
    """One load of one repository."""

    settings: github.Settings
    session: requests.Session
    watch: Watch
    since: datetime | None = None
    full_refresh: bool = False
    ledgers: Mapping[str, Ledger] = field(default_factory=dict)
    scope: str = ""
    path: str = ""
    item: Item = field(default_factory=dict)
    until: datetime = field(default_factory=landing.now)
    ledger: Ledger = field(default_factory=lambda: Ledger(""))
    refs: list[Item] = field(default_factory=list)

    @property
    def heads(self) -> dict[str, str]:
        """The heads of the branches whose commits are read."""
        return {ref["ref"]: head_of(ref) for ref in self.refs}

    @property
    def landed_heads(self) -> Mapping[str, str]:
        """Those heads as the last load left them."""
        return self.ledger.held.get("commits") or {}

    def run(self) -> None:
        """Land all that is new: every list and the first part of every walk at once, then the rest of the walks."""
        if not self.describe():
            return
        walks = {walk: self.begin(walk) for walk in WALKS}
        self.land([*self.lists(), *self.walked(walks)], LISTS, walks)
        if "commits" in self.watch.problems and self.landed_heads:
            # a head of the last load is gone, after a forced push: everything again
            del self.watch.problems["commits"]
            self.ledger.held.pop("commits")
            self.land(self.commits(), ("commits",), {})
        while self.watch.places:
            walks = {walk: walks[walk].at(place) for walk, place in self.watch.places.items()}
            self.watch.places.clear()
            self.land(self.walked(walks), (), walks)

    # What is asked first

    def describe(self) -> bool:
        """Ask for the repository, the heads of its branches and the server's clock; false where it is refused."""
        found = self.ask("repository", f"repos/{self.watch.repository}")
        if not found:
            return False
        self.item = found[0]
        self.path = f"repos/{self.item['full_name']}"
        self.scope = str(self.item["html_url"]).split("://", 1)[1].lower()
        before = None if self.full_refresh else self.ledgers.get(self.scope)
        self.ledger = before or Ledger(self.scope)
        default = self.item["default_branch"]
        prefixes = dlt.config.get("sources.github.release_branches", list)
        self.refs = [ref for ref in self.branches(default) if ref["ref"] == f"refs/heads/{default}"]
        for prefix in RELEASE_BRANCHES if prefixes is None else prefixes:
            self.refs += [ref for ref in self.branches(str(prefix)) if ref not in self.refs]
        return True

    def branches(self, prefix: str) -> list[Item]:
        """The branches whose names start so, with their heads."""
        return self.ask("commits", f"{self.path}/git/matching-refs/heads/{quote(prefix)}")

    def ask(self, entity: str, path: str) -> list[Item]:
        """One object, or the items of a short list; none where it is refused."""
        hooks: Any = {"response": [self.watch.action(entity), self.clock, github.raise_for_status]}
        client = github.rest_client(self.settings, self.session)
        pages = client.paginate(
            path, paginator=HeaderLinkPaginator(), data_selector="$", hooks=hooks
        )
        return [item for page in pages for item in page]

    def clock(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """Take the server's time from the first answer: what is written from then on is the next load's."""
        if not self.scope and "Date" in response.headers:
            self.until = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)

    # From when, and until when

    def start(self, *entities: str) -> datetime | None:
        """From when to read; null: everything.

        An entity that was refused so far does not make the others start again: what was missed stays unknown.
        """
        covered = [self.ledger.until[entity] for entity in entities if entity in self.ledger.until]
        if not covered:
            return self.since
        start = min(covered) - OVERLAP
        return min(start, self.since) if self.since else start

    def begin(self, walk: str) -> Part:
        """Where a walk begins, or goes on after a load that was killed."""
        place = self.ledger.places.get(walk)
        if place and not self.since:
            return place
        return Part(self.start(*WALKS[walk]), self.until)

    def land(
        self, resources: list[DltResource], lists: Sequence[str], walks: Mapping[str, Part]
    ) -> None:
        """Land resources, then in the ledger what they have seen whole and where their walks go on."""
        landing.land("github", resources, [*dict.fromkeys(TABLES), memory.TABLE])
        rows = []
        for entity in lists:
            if entity not in self.watch.problems:
                since = None if entity in READ_WHOLE else self.start(entity)
                details = {"held": self.heads} if entity == "commits" else {}
                rows.append(self.ledger.covers(entity, since, self.until, **details))
        for walk, part in walks.items():
            if walk in self.watch.places:
                rows.append(self.ledger.place(walk, part.at(self.watch.places[walk])))
                continue
            for entity in WALKS[walk]:
                if entity not in self.watch.problems:
                    rows.append(self.ledger.covers(entity, part.since, part.until, closes=walk))
        if rows:
            landing.land("github", [landing.entity(rows, memory.TABLE)])

    # What is read

    def lists(self) -> list[DltResource]:
        """The repository itself and all that is read in one go."""
        comments = {"sort": "updated", "direction": "asc"}
        listed = self.endpoints(
            self.endpoint(
                "review_comments",
                "pulls/comments",
                params=comments | self.since_param(self.start("review_comments")),
                paginator=github.Walk("updated_at", ignore, ascending=True, most_pages=NO_END),
            ),
            self.endpoint(
                "issue_comments",
                "issues/comments",
                params=comments | self.since_param(self.start("issue_comments")),
                paginator=github.Walk("updated_at", ignore, ascending=True, most_pages=NO_END),
            ),
            self.endpoint("releases", "releases"),
            self.endpoint("tag_refs", "git/matching-refs/tags/", entities=("tags",)),
            self.endpoint(
                "dependabot_alerts",
                "dependabot/alerts",
                params={"sort": "updated", "direction": "desc"},
                paginator=github.DownTo("updated_at", iso(self.start("dependabot_alerts"))),
            ),
        )
        known = Known("github", "tags")

        def annotated(refs: list[Item]) -> Iterator[list[Item]]:
            old = known.among([record_key("tags", ref) for ref in refs])
            new = [ref["object"] for ref in refs if record_key("tags", ref) not in old]
            yield [target for target in new if target["type"] == "tag"]

        tags = derived(listed["tag_refs"], annotated, "annotated_tags")
        objects = self.endpoints(
            tags,
            self.endpoint(
                "tag_objects", "git/tags/{resources.annotated_tags.sha}", entities=("tags",)
            ),
        )
        repository = dlt.resource([[self.item]], name="repository")
        moved = [ref for ref in self.refs if self.landed_heads.get(ref["ref"]) != head_of(ref)]
        heads = dlt.resource([moved], name="heads")
        return [
            self.rows(repository, "repositories"),
            self.rows(heads, "refs"),
            self.rows(listed["review_comments"], "review_comments"),
            self.rows(listed["issue_comments"], "issue_comments"),
            self.rows(listed["releases"], "releases"),
            self.rows(listed["tag_refs"], "tags"),
            self.rows(objects["tag_objects"], "tags"),
            self.rows(listed["dependabot_alerts"], "dependabot_alerts"),
            *self.commits(),
        ]

    def commits(self) -> list[DltResource]:
        """The commits of each branch that its head of the last load did not reach."""
        default = self.heads.get(f"refs/heads/{self.item['default_branch']}")
        found = []
        for position, (ref, head) in enumerate(sorted(self.heads.items())):
            base = self.landed_heads.get(ref) or (None if head == default else default)
            name = f"commits_{position}"
            if base == head:
                continue
            if base:
                path, selector, params = f"compare/{base}...{head}", "commits", {}
            else:
                path, selector = "commits", "$"
                params = {"sha": head, **self.since_param(self.since)}
            endpoint = self.endpoint(name, path, selector, params=params, entities=("commits",))
            found.append(self.rows(self.endpoints(endpoint)[name], "commits"))
        return found

    def walked(self, walks: Mapping[str, Part]) -> list[DltResource]:
        """One part of each long walk, with all that hangs on its items."""
        reads = {
            "conversations": self.conversations,
            "builds": self.builds,
            "deployments": self.deployments,
        }
        return [resource for walk, part in walks.items() for resource in reads[walk](part)]

    def conversations(self, part: Part) -> list[DltResource]:
        """Issues and pull requests that changed, and what is asked of each."""
        entities = WALKS["conversations"]
        since = part.position or iso(part.since)
        if self.item.get("has_issues", True):
            driver = self.endpoint(
                "issue_pages",
                "issues",
                params={"state": "all", "sort": "updated", "direction": "asc"}
                | ({"since": since} if since else {}),
                paginator=self.walk("conversations", "updated_at", ascending=True),
                entities=entities,
            )
        else:  # where issues are switched off, their list is refused, pull requests and all
            driver = self.endpoint(
                "issue_pages",
                "pulls",
                params={"state": "all", "sort": "updated", "direction": "desc"}
                | self.page_param(part),
                paginator=self.walk("conversations", "updated_at", floor=iso(part.since)),
                entities=entities,
            )
        seen: set[tuple[Any, Any]] = set()

        def fresh(items: list[Item]) -> Iterator[list[Item]]:
            new = [item for item in items if (item["id"], item["updated_at"]) not in seen]
            seen.update((item["id"], item["updated_at"]) for item in new)
            yield new

        def pulls(items: list[Item]) -> Iterator[list[Item]]:
            yield [item for item in items if is_pull(item)]

        def issues(items: list[Item]) -> Iterator[list[Item]]:
            yield [item for item in items if not is_pull(item)]

        index = derived(self.endpoints(driver)["issue_pages"], fresh, "issue_index")
        children = self.endpoints(
            index,
            derived(index, pulls, "pulls"),
            self.endpoint(
                "issue_events", "issues/{resources.issue_index.number}/events", parent="number"
            ),
            self.endpoint("pull_requests", "pulls/{resources.pulls.number}"),
            self.endpoint("reviews", "pulls/{resources.pulls.number}/reviews"),
            self.endpoint(
                "pull_request_commits", "pulls/{resources.pulls.number}/commits", parent="number"
            ),
        )
        return [
            self.rows(derived(index, issues, "issue_items"), "issues"),
            *(self.rows(children[name], name) for name in entities if name != "issues"),
        ]

    def builds(self, part: Part) -> list[DltResource]:
        """Workflow runs that changed, their earlier attempts, and the jobs of every attempt."""
        driver = self.endpoint(
            "run_pages",
            "actions/runs",
            "workflow_runs",
            params=self.page_param(part),
            paginator=self.walk("builds", "created_at", floor=floor("builds", part)),
            entities=WALKS["builds"],
        )

        def earlier(runs: list[Item]) -> Iterator[list[Item]]:
            yield [
                {"id": run["id"], "attempt": attempt}
                for run in runs
                for attempt in range(1, run.get("run_attempt") or 1)
            ]

        index = derived(self.endpoints(driver)["run_pages"], changed(part), "runs")
        children = self.endpoints(
            index,
            derived(index, earlier, "attempts"),
            self.endpoint(
                "run_attempts",
                "actions/runs/{resources.attempts.id}/attempts/{resources.attempts.attempt}",
                entities=("workflow_runs",),
            ),
            self.endpoint(
                "workflow_jobs",
                "actions/runs/{resources.runs.id}/jobs",
                "jobs",
                params={"filter": "all"},
            ),
        )
        return [
            self.rows(index, "workflow_runs"),
            self.rows(children["run_attempts"], "workflow_runs"),
            self.rows(children["workflow_jobs"], "workflow_jobs"),
        ]

    def deployments(self, part: Part) -> list[DltResource]:
        """Deployments that changed, and their statuses."""
        driver = self.endpoint(
            "deployment_pages",
            "deployments",
            params=self.page_param(part),
            paginator=self.walk("deployments", "created_at", floor=floor("deployments", part)),
            entities=WALKS["deployments"],
        )
        index = derived(self.endpoints(driver)["deployment_pages"], changed(part), "changed")
        children = self.endpoints(
            index,
            self.endpoint("deployment_statuses", "deployments/{resources.changed.id}/statuses"),
        )
        return [
            self.rows(index, "deployments"),
            self.rows(children["deployment_statuses"], "deployment_statuses"),
        ]

    # How it is read

    def endpoint(
        self,
        name: str,
        path: str,
        selector: str = "$",
        *,
        params: Mapping[str, Any] | None = None,
        paginator: BasePaginator | None = None,
        entities: Sequence[str] = (),
        parent: str | None = None,
    ) -> EndpointResource:
        """One resource of the declaration; a refusal leaves its `entities` unknown."""
        found: EndpointResource = {
            "name": name,
            "endpoint": {
                "path": f"{self.path}/{path}",
                "params": {"per_page": github.PER_PAGE, **(params or {})},
                "data_selector": selector,
                "paginator": paginator or HeaderLinkPaginator(),
                "response_actions": [self.watch.action(*(entities or (name,)))],
            },
        }
        if parent:
            found["include_from_parent"] = [parent]
        return found

    def endpoints(self, *resources: EndpointResource | DltResource) -> dict[str, DltResource]:
        """The resources that dlt makes of a declaration, by name."""
        declaration: RESTAPIConfig = {
            "client": {
                "base_url": self.settings.base_url,
                "headers": github.HEADERS,
                "session": self.session,
            },
            "resources": list(resources),
        }
        return {resource.name: resource for resource in rest_api_resources(declaration)}

    def walk(self, name: str, clock: str, **options: Any) -> github.Walk:
        """The paginator of one part of a walk."""
        places = self.watch.places

        def stopped(place: str) -> None:
            places[name] = place

        return github.Walk(clock, stopped, most_pages=PAGES_A_PART, **options)

    def since_param(self, since: datetime | None) -> dict[str, str]:
        """The parameter that leaves out what is older."""
        return {"since": str(iso(since))} if since else {}

    def page_param(self, part: Part) -> dict[str, str]:
        """The parameter that goes on where the last part stopped."""
        return {"page": part.position} if part.position else {}

    def rows(self, pages: DltResource, table: str) -> DltResource:
        """The raw rows of a resource's pages."""
        is_listed_again = table in LISTED_AGAIN and not self.full_refresh
        known = Known("github", table, nothing=not is_listed_again)
        watch = self.watch

        def to_rows(items: list[Item]) -> Iterator[pa.Table]:
            records = [record(table, item) for item in items]
            old = known.among([row.record_key for row in records])
            new = [row for row in records if row.record_key not in old]
            if new:
                watch.count(table, len(new))
                yield landing.to_arrow(new)

        return pages | dlt.transformer(
            to_rows,
            name=f"{pages.name}_rows",
            table_name=table,
            write_disposition="append",
            columns={"payload": {"data_type": "json"}},
        )


def ignore(_: str) -> None:
    """A walk without parts stops nowhere."""


def derived(
    pages: DltResource, function: Callable[[list[Item]], Iterator[list[Item]]], name: str
) -> DltResource:
    """A resource that others hang on and that lands nothing itself."""
    return pages | dlt.transformer(function, name=name)


def changed(part: Part) -> Callable[[list[Item]], Iterator[list[Item]]]:
    """Keeps what changed since the last load, of a list that is ordered by creation."""
    since = iso(part.since)

    def keep(items: list[Item]) -> Iterator[list[Item]]:
        yield [item for item in items if not since or item["updated_at"] >= since]

    return keep


def floor(walk: str, part: Part) -> str | None:
    """The creation time down to which a list that is ordered by it is looked at again; null: all of it."""
    is_first_of_day = part.since is not None and part.since.date() < part.until.date()
    return iso(part.since, (LOOK_BACK_DAILY if is_first_of_day else LOOK_BACK)[walk])


def head_of(ref: Item) -> str:
    """The commit that a branch ends at."""
    return str(ref["object"]["sha"])


def is_pull(item: Item) -> bool:
    """True for a pull request in a list of issues, or in one of pull requests."""
    return "pull_request" in item or "merged_at" in item


def iso(moment: datetime | None, back: timedelta = timedelta()) -> str | None:
    """A time as GitHub writes it."""
    return (moment - back).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def record_key(table: str, item: Item) -> str:
    """The key of a version of an object: the vendor's own, else the whole payload."""
    fields = VERSIONS.get(table)
    if fields:
        return landing.key_of(table, *(item.get(name) for name in fields))
    return landing.key_of(table, text_of(item))


def record(table: str, item: Item) -> Record:
    """The raw row of one item."""
    return Record(record_key(table, item), "api", table, landing.now(), text_of(item))
