"""The payloads that we wrote ourselves, held against what the vendor's own client or SDK knows."""

import re
from typing import Any

import pytest

from tests.sdk_models import Models, declared, faults, misfits, models
from tests.sources import argocd, azure_devops, opsgenie, servicenow
from tests.vendor_server import Route

pytestmark = pytest.mark.slow

LISTED = {
    "git/repositories": ("git", "GitRepository"),
    "git/pullrequests": ("git", "GitPullRequest"),
    "threads": ("git", "GitPullRequestCommentThread"),
    "commits": ("git", "GitCommitRef"),
    "build/builds": ("build", "Build"),
    "timeline": ("build", "TimelineRecord"),
    "environments": ("task_agent", "EnvironmentInstance"),
    "environmentdeploymentrecords": ("task_agent", "EnvironmentDeploymentExecutionRecord"),
    "workitemtypes": ("work_item_tracking", "WorkItemType"),
    "iterations": ("work", "TeamSettingsIteration"),
    "workitemrevisions": ("work_item_tracking", "WorkItem"),
    "release/deployments": ("release", "Deployment"),
}


def wrong(items: Any, kind: str, known: Models) -> list[str]:
    """What is wrong with items of a list; there is one, and the type is known."""
    assert items
    assert known[kind]
    return list(faults(items, f"[{kind}]", known))


@pytest.mark.parametrize("ending", LISTED)
def test_answers_of_azure_devops_are_of_the_types_of_its_client(ending: str) -> None:
    part, kind = LISTED[ending]
    (folder,) = azure_devops.CLIENT.path().iterdir()
    known = models(folder / "azure" / "devops" / "v7_1" / part / "models.py")
    items = [
        item
        for path, routes in azure_devops.routes().items()
        if path.endswith(f"/{ending}")
        for route in (routes if isinstance(routes, list) else [routes])
        for item in listed(route)
    ]
    assert not wrong(items, kind, known)


def listed(route: Route) -> list[Any]:
    """What a route answers with; revisions alone depend on what is asked for."""
    items: list[Any] = azure_devops.REVISIONS if callable(route.items) else route.items
    return items


def test_alerts_of_opsgenie_are_of_the_type_of_its_client() -> None:
    (folder,) = opsgenie.CLIENT.path().iterdir()
    known = models(folder / "opsgenie_sdk" / "api")
    assert not wrong(opsgenie.ALERTS, "BaseAlert", known)


def test_applications_of_argocd_are_of_its_resource_definition() -> None:
    path = argocd.DEFINITION.path() / "package" / "argoproj.io" / "v1alpha1" / "Application.d.ts"
    shape = declared(path.read_text(), "IApplication")
    told = [delivery.body for delivery in argocd.WEBHOOKS]
    assert told
    assert not [
        wrong
        for body in told
        if isinstance(body, dict)
        for part in ("spec", "status?")
        for wrong in misfits(body["app"][part.removesuffix("?")], shape[part], f"$.{part}")
    ]


def columns(table: str) -> dict[str, tuple[str, str]]:
    """The columns of a table of ServiceNow: of each its type, and which table it refers to."""
    path = servicenow.SDK.path() / "package" / "src" / "fluent" / "tables" / f"{table}.now.ts"
    text = path.read_text()
    found = {}
    for name, kind, rest in re.findall(
        r"^        (\w+): (\w+)Column\(\{\n(.*?)^        \}\)", text, re.S | re.M
    ):
        refers = re.search(r"referenceTable: '(\w+)'", rest)
        found[name] = (kind, refers[1] if refers else "")
    extends = re.search(r"^    extends: '(\w+)'", text, re.M)
    return (columns(extends[1]) if extends else {}) | found


@pytest.mark.parametrize("table", ["incident", "change_request"])
def test_records_of_servicenow_are_of_its_tables(table: str) -> None:
    known = columns(table)
    api = servicenow.INCIDENTS if table == "incident" else servicenow.CHANGES
    told = [one.body for one in servicenow.WEBHOOKS if isinstance(one.body, dict)]
    records = [*api, *(body["record"] for body in told if body["table"] == table)]
    assert records
    for record in records:
        assert not record.keys() - known.keys()
        for name, field in record.items():
            kind, refers = known[name]
            if field["value"] and kind == "Integer":
                assert field["value"].isdigit(), name
            if field["value"] and kind == "DateTime":
                assert re.fullmatch(r"[\d-]{10} [\d:]{8}", field["value"]), name
            if "link" in field:
                assert f"/{refers}/" in field["link"], name


def test_what_is_not_of_a_type_is_told() -> None:
    known = {"A": {"when": "iso-8601", "tags": "[str]", "more": "{B}"}, "B": {"n": "int"}}
    told = {"when": "noon", "tags": [1], "more": {"x": {"n": True, "m": 1}}, "other": 0}
    assert list(faults(told, "A", known)) == [
        "$.when: 'noon' is no time",
        "$.tags[0]: 1 is no str",
        "$.more.x.n: True is no int",
        "$.more.x.m is no field of B",
        "$.other is no field of A",
    ]


def test_what_has_not_a_declared_shape_is_told() -> None:
    shape = declared(
        """export interface IOne {
    /** Of it. */
    "name": string;
    "kind"?: "a" | "b";
    "tags"?: Array<{
        "key": number;
    }>;
    "more"?: {
        [key: string]: boolean;
    };
}""",
        "IOne",
    )
    told = {"kind": 1, "tags": [{"key": True}, 7], "more": {"x": "no"}, "other": 0}
    assert list(misfits(told, shape)) == [
        "$.kind: 1 is no string",
        "$.tags[0].key: True is no number",
        "$.tags[1] is no object",
        "$.more.x: 'no' is no boolean",
        "$.other is no field",
        "$.name is missing",
    ]
