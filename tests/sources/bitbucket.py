"""Bitbucket Cloud: a repository that is renamed, told by webhooks and by the API, and recorded answers of the API.

The payloads of tests/payloads/bitbucket.py have the form of Atlassian's documentation; the recordings are those of
atlassian-python-api, which are kept as literals of Python.
"""

import ast
from typing import Any
from urllib.parse import quote

from tests.packages import Package
from tests.payloads import bitbucket
from tests.rows import rows
from tests.sources import Case, Provenance
from tests.vendor_server import Api, Request, Route, cursor

Item = dict[str, Any]

EVENTS = "https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/"
API_DOCS = "https://developer.atlassian.com/cloud/bitbucket/rest/intro/"
ATLASSIAN = Package(
    *("pypi", "atlassian-python-api", "5.0.5"),
    "ae7f34349939ec0674ffb9bea812bc3f4acb4b6ace9a7cf1c15141719669f3bb",
)
RECORDED = "TestWorkspace1/testrepository1"
JSON = {"true": True, "false": False, "null": None}


class Words(ast.NodeTransformer):
    """JSON's words among Python's literals."""

    def visit_Name(self, node: ast.Name) -> ast.Constant:
        return ast.Constant(JSON[node.id])


def recorded() -> dict[str, Any]:
    """The recorded answers to the questions that are asked."""
    tests = ATLASSIAN.path() / "atlassian_python_api-5.0.5" / "tests"
    folder = tests / "responses" / "bitbucket" / "cloud" / "2.0" / "repositories" / RECORDED

    def read(path: str) -> Any:
        statement = ast.parse((folder / path / "GET").read_text()).body[0]
        assert isinstance(statement, ast.Assign)
        found = ast.literal_eval(Words().visit(statement.value))
        return found.get("values", found)

    requests = [one["id"] for one in read("pullrequests")]
    return {
        **{"": read(""), "/pullrequests": read("pullrequests"), "/pipelines/": read("pipelines")},
        **{
            f"/pullrequests/{id_}/{below}": []
            for id_ in requests
            for below in ("activity", "commits")
        },
        "/pullrequests/1/commits": read("pullrequests/1/commits"),
        "/pipelines/{PipelineUuid}/steps/": read("pipelines/{PipelineUuid}/steps"),
        **{f"/{table}": [] for table in ("commits/master", "deployments/", "refs/tags")},
    }


def changed(request: Request, item: Item) -> bool:
    """What has changed since."""
    since = str(request.get("q") or "").removeprefix("updated_on>=")
    return str(item.get("updated_on", "9"))[:19] >= since[:19]


def routes() -> dict[str, Route | list[Route]]:
    """Bitbucket's API, with both repositories."""
    found: dict[str, Route | list[Route]] = {}
    for name, lists in (("acme/shop", bitbucket.ROUTES), (RECORDED, recorded())):
        for path, items in lists.items():
            is_clocked = path == "/pullrequests"
            found[f"/repositories/{name}{quote(path)}"] = Route(
                items,
                *("values", cursor("page", link="next")),
                keep=changed if is_clocked else None,
                order="updated_on" if is_clocked else "",
            )
    return found


API = Api(
    routes,
    settings={"repositories": ["acme/shop", RECORDED], "token": "token-of-the-test"},
    signed=("Authorization", "Bearer token-of-the-test"),
    rows={
        **{"repositories": 2, "pull_requests": 4, "activities": 6, "pull_request_commits": 3},
        **{"commits": 4, "pipelines": 2, "steps": 4, "deployments": 3, "tags": 1},
    },
    refused="/repositories/acme/shop/deployments/",
    unknown=["bitbucket.org/acme/shop: deployments unknown: 403"],
)
NAMES = {name: name.lower() * 40 for name in "ABCDE"}
ROWS = rows("bitbucket", SHOP="bitbucket.org/acme/shop", ID=bitbucket.UUID.strip("{}"), **NAMES)
PROVEN = ("repositories", "changes", "change_commits", "commits", "commit_parents", "builds")

CASE = Case(
    source="bitbucket",
    webhooks=bitbucket.told,
    api=API,
    rows=ROWS,
    provenance=[
        Provenance("recorded", package=ATLASSIAN, covers=[(entity, "api") for entity in PROVEN]),
        Provenance("documented", url=EVENTS, covers=[(entity, "webhook") for entity in ROWS]),
        Provenance(
            "documented",
            url=API_DOCS,
            covers=[(entity, "api") for entity in ("reviews", "deployments")],
        ),
    ],
)
