"""GitLab: a project of a subgroup that is renamed, told by webhooks and by the API, and recordings of gitlab.com.

The payloads of tests/payloads/gitlab_*.py have the form of GitLab's documentation; perceval's recordings come as
gitlab.com's API gave them.
"""

import json
from typing import Any

from tests.packages import Package
from tests.payloads import gitlab_api, gitlab_webhooks
from tests.rows import rows
from tests.sources import Case, Provenance
from tests.vendor_server import Api, Request, Route, numbered

Item = dict[str, Any]

EVENTS = "https://docs.gitlab.com/user/project/integrations/webhook_events/"
SYSTEM_HOOKS = "https://docs.gitlab.com/administration/system_hooks/"
API_DOCS = "https://docs.gitlab.com/api/rest/"
PERCEVAL = Package(
    *("pypi", "perceval", "1.6.1"),
    "592b07d34ae0b382188d3b72c2fc7191091b94b56973dab2aef3221e0bd9721e",
)
CLOCKED = ("/merge_requests", "/issues", "/pipelines", "/deployments")


def changed(request: Request, item: Item) -> bool:
    """What has changed since; of pipelines only children where these are asked for, and none of them else."""
    is_child = item.get("source") == "parent_pipeline"
    since = str(request.get("updated_after") or "")
    return is_child is (request.get("source") == "parent_pipeline" and "source" in item) and (
        str(item.get("updated_at", "9"))[:19] >= since[:19]
    )


def its_own(request: Request, item: Item) -> bool:
    """A project of the group, and one that another group shares with it, unless these are left out."""
    return "/acme/" in item["web_url"] or request.get("with_shared") != "false"


def recorded() -> dict[str, Any]:
    """perceval's recordings of a project of gitlab.com."""
    folder = PERCEVAL.path() / "perceval-1.6.1" / "tests" / "data" / "gitlab"

    def read(name: str) -> Any:
        return json.loads((folder / name).read_text())

    numbers = (1, 2, 3)
    return {
        **{"": read("project"), "/merge_requests": [read(f"merge_{number}") for number in numbers]},
        **{f"/merge_requests/{number}/notes": [] for number in numbers},
        **{f"/merge_requests/{number}/commits": [] for number in numbers},
        "/merge_requests/1/commits": read("commits_1"),
        **{f"/{table}": [] for table in ("issues", "deployments", "releases")},
        **{f"/repository/{table}": [] for table in ("commits", "tags")},
    }


def routes() -> dict[str, Route | list[Route]]:
    """GitLab's API, with both projects."""
    projects = {"15": gitlab_api.ROUTES, "36528": recorded() | gitlab_api.FOREIGN}
    found: dict[str, Route | list[Route]] = {"/version": Route({"version": "19.2.0-ee"})}
    found |= {
        f"/projects/{id_}{path}": Route(
            items,
            style=numbered(linked=True),
            keep=changed,
            order="updated_at" if path in CLOCKED else "",
        )
        for id_, lists in projects.items()
        for path, items in lists.items()
    }
    shop, fdroid = (lists[""] for lists in projects.values())
    name = fdroid["path_with_namespace"].replace("/", "%2F")
    found[f"/projects/{name}"] = Route(fdroid)
    shared = {**shop, "id": 77, "web_url": f"{gitlab_api.HOST}/partner/tools"}
    found["/groups/acme/projects"] = Route(
        [shop, shared], style=numbered(linked=True), keep=its_own, order="id"
    )
    return found


API = Api(
    routes,
    settings={
        "groups": ["acme"],
        "projects": ["fdroid/fdroiddata"],
        "token": "glpat-of-the-test",
    },
    signed=("PRIVATE-TOKEN", "glpat-of-the-test"),
    rows={
        **{"projects": 2, "merge_requests": 7, "merge_request_commits": 4, "notes": 9, "issues": 2},
        **{"resource_state_events": 1, "resource_label_events": 4, "pipelines": 6, "jobs": 8},
        **{"trigger_jobs": 5, "deployments": 4, "commits": 4, "tags": 1, "releases": 1},
    },
    refused="/projects/15/deployments",
    unknown=["gitlab.example.com/acme/platform/shop: deployments unknown: 403"],
)
SHAS = {name: name.lower() * 40 for name in "ABCDEF"}
ROWS = rows("gitlab", SHOP="gitlab.example.com/acme/platform/shop", **SHAS)
RECORDED = ("repositories", "changes", "change_commits", "commits")
LISTED = ("commit_parents", "reviews", "builds", "deployments", "work_items")

CASE = Case(
    source="gitlab",
    webhooks=gitlab_webhooks.told,
    api=API,
    rows=ROWS,
    provenance=[
        Provenance("recorded", package=PERCEVAL, covers=[(entity, "api") for entity in RECORDED]),
        Provenance(
            "documented",
            url=EVENTS,
            note=f"system hooks: <{SYSTEM_HOOKS}>",
            covers=[(entity, "webhook") for entity in ROWS if entity != "commit_parents"],
        ),
        Provenance(
            "documented",
            url=API_DOCS,
            covers=[(entity, "api") for entity in (*LISTED, "work_item_transitions")],
        ),
    ],
)
