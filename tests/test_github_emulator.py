"""GitHub's emulator: its signed webhooks through the receiver and the drain, beside what its API says of the same."""

import json

import httpx
import pytest

from pipelines import warehouse, webhooks
from pipelines.github import load_api
from tests.conftest import Place
from tests.github_emulator import REPOSITORY, TOKEN, emulating
from tests.test_receiver import SECRET, running

pytestmark = pytest.mark.slow

DELIVERED = {
    "issues.opened": 1,
    "issues.labeled": 1,
    "issues.closed": 1,
    "issue_comment.created": 1,
    "label.created": 1,
    "create": 1,
    "push": 1,
    "pull_request.opened": 2,
    "pull_request.closed": 1,
    "pull_request_review.submitted": 1,
    "release.published": 1,
}
# What the emulator's API does not have.
ABSENT = (
    *("review_comments", "issue_comments", "deployments", "deployment_statuses"),
    "dependabot_alerts",
)
# Raw table, where the object is in a webhook, and what both must say of it in the end.
OBJECTS = {
    "issues": ("issue", ("number", "title", "state", "state_reason", "created_at", "closed_at")),
    "pull_requests": (
        "pull_request",
        ("number", "state", "draft", "merged_at", "merge_commit_sha"),
    ),
    "reviews": ("review", ("state", "submitted_at", "commit_id")),
    "releases": ("release", ("tag_name", "draft", "published_at")),
}
SIGHTED = {
    ("commits", True, True): 1,
    ("commits", False, True): 2,
    ("issue_comments", True, False): 1,
    ("issues", True, True): 1,
    ("pull_requests", True, True): 2,
    ("releases", True, True): 1,
    ("reviews", True, True): 1,
}


@pytest.fixture
def told(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A warehouse that has both: what the receiver took and what the API answers."""
    with (
        running(place) as served,
        emulating(f"{served.url}/webhooks/github", SECRET) as url,
    ):
        monkeypatch.setenv("SOURCES__GITHUB__BASE_URL", url)
        monkeypatch.setenv("SOURCES__GITHUB__TOKEN", TOKEN)
        monkeypatch.setenv("SOURCES__GITHUB__REPOSITORIES", json.dumps([REPOSITORY]))
        assert webhooks.load().notes == ()
        notes = load_api().notes
        # its list of issues leaves pull requests out, which GitHub's does not: they are read as where issues are off
        headers = {"Authorization": f"Bearer {TOKEN}"}
        off = {"has_issues": False}
        httpx.patch(f"{url}/repos/{REPOSITORY}", json=off, headers=headers).raise_for_status()
        assert load_api(full_refresh=True).rows["pull_requests"] == 2
        served.process.kill()
    assert {note.rpartition(": ")[0] for note in notes} == {
        f"{REPOSITORY}: {entity} unknown" for entity in ABSENT
    }
    return place


def test_what_the_emulator_sends_is_what_its_api_says(told: Place) -> None:
    tables = [*OBJECTS, "issue_comments", "pushes", "refs", "other_events"]
    rows = " union all ".join(
        f"select event from raw_github.{table} where channel = 'webhook'" for table in tables
    )
    assert dict(told.rows(f"select event, count(*) from ({rows}) group by 1")) == DELIVERED
    for table, (name, fields) in OBJECTS.items():
        latest: dict[str, dict[object, dict[str, object]]] = {"webhook": {}, "api": {}}
        for channel, payload in told.rows(
            f"select channel, payload from raw_github.{table} order by received_at"
        ):
            body = json.loads(payload)
            item = body[name] if channel == "webhook" else body
            latest[channel][item["id"]] = {field: str(item.get(field)).lower() for field in fields}
        assert latest["webhook"] and latest["webhook"] == latest["api"], table

    built = warehouse.build(select="staging.github bots")
    assert built.ok, [str(failure) for failure in built.failures] or built.error
    sighted = told.rows(
        """select entity, first_webhook_at is not null, first_api_at is not null, count(*)
        from staging.stg_github__sightings group by all"""
    )
    assert {tuple(found): count for *found, count in sighted} == SIGHTED
    assert told.rows("select number, state, labels from staging.stg_github__work_items") == [
        (1, "closed", ["bug"])
    ]
    assert told.rows(
        """select change_number, merged_at is not null, closed_references
        from staging.stg_github__changes order by 1"""
    ) == [(2, True, ["github:1:issue:1"]), (3, False, [])]
    assert not told.rows("select * from staging.stg_github__quarantine")
