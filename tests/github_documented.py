"""What GitHub's API answers by its own description of it: the examples in the OpenAPI document, from npm."""

import functools
import json
from typing import Any

import pytest

from pipelines.github import load_api
from tests.github_server import Forge, serving
from tests.packages import Package

OPENAPI = Package(
    "npm",
    "@octokit/openapi",
    "23.0.2",
    "71a18407dd5e8464f4e0525daf03deabbe65abd9287d6adc7b5d98f516cd0d0c",
)
ROOT = "/repos/octocat/Hello-World"
ORGANISATION = "octo-org"
REPORT = f"/orgs/{ORGANISATION}/copilot/metrics/reports/organization-28-day/latest"
# Where the repository has each list, and where the document describes it.
LISTS = {
    "issues": "issues",
    "issues/1347/events": "issues/{issue_number}/events",
    "issues/comments": "issues/comments",
    "pulls/comments": "pulls/comments",
    "pulls/1347/reviews": "pulls/{pull_number}/reviews",
    "pulls/1347/commits": "pulls/{pull_number}/commits",
    "commits": "commits",
    "releases": "releases",
    "deployments": "deployments",
    "deployments/1/statuses": "deployments/{deployment_id}/statuses",
    "dependabot/alerts": "dependabot/alerts",
}
# The file of a report, as the documentation shows it (an organisation's days have the fields of an enterprise's).
# https://docs.github.com/en/copilot/reference/copilot-usage-metrics/example-schema
DAYS = {
    "day_totals": [
        {
            "day": "2025-10-01",
            "daily_active_users": 2,
            "daily_active_cli_users": 2,
            "weekly_active_users": 2,
            "monthly_active_users": 2,
            "monthly_active_chat_users": 0,
            "monthly_active_agent_users": 0,
            "user_initiated_interaction_count": 0,
            "code_generation_activity_count": 2,
            "code_acceptance_activity_count": 2,
            "loc_suggested_to_add_sum": 35,
            "loc_added_sum": 30,
            "loc_deleted_sum": 0,
            "pull_requests": {
                "total_created_by_copilot": 1,
                "total_merged_created_by_copilot": 1,
                "total_reviewed_by_copilot": 1,
            },
        }
    ],
    "report_start_day": "2025-09-04",
    "report_end_day": "2025-10-01",
}


@functools.cache
def document() -> dict[str, Any]:
    """The whole description."""
    path = OPENAPI.path() / "package" / "generated" / "api.github.com.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def example(path: str) -> Any:
    """The first example of what is answered to a path."""
    answer = document()["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    found = next(iter(answer["examples"].values()))
    if "$ref" in found:
        found = document()["components"]["examples"][found["$ref"].rsplit("/", 1)[1]]
    return found["value"]


def forge() -> Forge:
    """A repository and an organisation that consist of these examples."""
    of = "/repos/{owner}/{repo}"
    made = Forge()
    made.objects[ROOT] = example(of)
    made.objects[f"{ROOT}/pulls/1347"] = example(f"{of}/pulls/{{pull_number}}")
    made.objects[f"/orgs/{ORGANISATION}/copilot/billing"] = example("/orgs/{org}/copilot/billing")
    for path, described in LISTS.items():
        made.lists[f"{ROOT}/{path}"] = example(f"{of}/{described}")
    (run,) = example(f"{of}/actions/runs")["workflow_runs"]
    made.lists[f"{ROOT}/actions/runs"] = [run]
    jobs = example(f"{of}/actions/runs/{{run_id}}/jobs")["jobs"]
    made.lists[f"{ROOT}/actions/runs/{run['id']}/jobs"] = jobs
    head, _ = example(f"{of}/git/matching-refs/{{ref}}")
    heads = f"{ROOT}/git/matching-refs/heads"
    made.lists[f"{heads}/master"] = [{**head, "ref": "refs/heads/master"}]
    for path in (f"{heads}/release", f"{heads}/hotfix/", f"{ROOT}/git/matching-refs/tags/"):
        made.lists[path] = []
    return made


def land(patch: pytest.MonkeyPatch) -> None:
    """Load all of it by the API."""
    with serving(forge()) as served:
        links = {"download_links": [f"{served.url}/days.ndjson"]}
        served.objects["/days.ndjson"] = DAYS
        report = example(REPORT.replace(ORGANISATION, "{org}"))
        days = {name: DAYS[name] for name in report if name in DAYS}
        served.objects[REPORT] = {**report, **links, **days}
        patch.setenv("SOURCES__GITHUB__BASE_URL", served.url)
        patch.setenv("SOURCES__GITHUB__TOKEN", "token-of-the-test")
        patch.setenv("SOURCES__GITHUB__REPOSITORIES", '["octocat/Hello-World"]')
        patch.setenv("SOURCES__GITHUB__COPILOT_ORGANISATIONS", json.dumps([ORGANISATION]))
        assert load_api().notes == ()
