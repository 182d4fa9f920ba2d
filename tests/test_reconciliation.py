"""The API backfill finds what webhooks missed, no more and no less, and mends the marts."""

import json
import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipelines import demo, git, github, seeds
from tests import github_answers
from tests.conftest import Place
from tests.github_server import Forge, serving
from tests.workshop import ABOUT_CHANNELS, Workshop

pytestmark = pytest.mark.slow

# A push is told by webhooks alone; a clone and the API have its commits.
LOSABLE = {*github_answers.OBJECTS}
FINAL = ("success", "failure", "error")


class Seen(NamedTuple):
    """What a delivery says of one object."""

    repository: str
    entity: str
    key: tuple[Any, ...]
    began: str | None
    ended: str | None


def seen(delivery: dict[str, Any]) -> Iterator[Seen]:
    """The objects that a delivery tells of, read without the models."""
    body = delivery["body"]
    repository = "github.com/" + body["repository"]["full_name"]
    for entity, item in github_answers.answers(delivery["headers"]["X-GitHub-Event"], body):
        began = item.get("submitted_at") or item.get("published_at") or item["created_at"]
        ended, key = None, (item["id"],)
        if entity in ("pull_requests", "issues"):
            ended = item["closed_at"]
        elif entity == "workflow_runs":
            began, key = item["run_started_at"], (item["id"], item["run_attempt"])
            ended = item["updated_at"] if item["status"] == "completed" else None
        elif entity == "workflow_jobs":
            ended = item["completed_at"]
        elif entity == "deployment_statuses":
            if item["state"] == "inactive":
                continue
            ended = began if item["state"] in FINAL else None
        elif entity == "issue_events":
            continue
        yield Seen(repository, entity, key, began, ended)


def owed(
    kept: list[dict[str, Any]], lost: list[dict[str, Any]]
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """How many beginnings and ends nobody told, by repository and entity."""
    first: dict[tuple[str, str], str] = {}
    told: set[tuple[Any, ...]] = set()
    ends: dict[tuple[Any, ...], str] = {}
    for delivery in kept:
        for found in seen(delivery):
            place, thing = (found.repository, found.entity), (found.entity, found.key)
            first[place] = min(first.get(place, "9"), delivery["received_at"])
            told.add(thing)
            if found.ended:
                ends[thing] = max(ends.get(thing, ""), found.ended)
    missed: dict[tuple[Any, ...], tuple[str, str]] = {}
    endless: dict[tuple[Any, ...], tuple[str, str]] = {}
    for found in (found for delivery in lost for found in seen(delivery)):
        place, thing = (found.repository, found.entity), (found.entity, found.key)
        since = first.get(place, "9")
        if thing not in told and (found.began or "") >= since:
            missed[thing] = place
        if found.ended and found.ended >= since and ends.get(thing, "") < found.ended:
            endless[thing] = place
    return Counter(missed.values()), Counter(endless.values())


@pytest.fixture
def workshop(place: Place, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """Warehouses to compare."""
    return Workshop(place, monkeypatch)


def backfilled(workshop: Workshop, served: Forge) -> None:
    """Load a forge by API."""
    patch = workshop.patch
    names = sorted(path.removeprefix("/repos/") for path in served.objects if path.count("/") == 3)
    patch.setenv("SOURCES__GITHUB__REPOSITORIES", json.dumps(names))
    patch.setenv("SOURCES__GITHUB__BASE_URL", served.url)
    patch.setenv("SOURCES__GITHUB__TOKEN", "token-of-the-test")
    assert github.load_api(sleep=lambda _: None).notes == ()


def test_the_backfill_finds_exactly_what_webhooks_missed(workshop: Workshop) -> None:
    place = workshop.fresh()
    generated = place.folder / "generated"
    demo.generate(generated, weeks=4, services=3, slim=True)
    about = json.loads((generated / demo.MARK).read_text())
    span = {key: datetime.fromisoformat(about[key]) for key in ("complete_from", "complete_until")}
    workshop.patch.setenv("ENGOPS_SEEDS", str(generated / "seeds"))
    seeds.link()
    told, parents = [], {}
    for file in sorted((generated / "github").glob("*.jsonl")):
        for line in file.read_text().splitlines():
            delivery = json.loads(line)
            told.append(delivery | {"body": json.loads(delivery["body"])})
    for repository in sorted((generated / "repositories").iterdir()):
        listed = subprocess.run(
            ["git", "-C", str(repository), "rev-list", "--all", "--parents"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        for line in listed.stdout.splitlines():
            sha, *above = line.split()
            parents[sha] = above

    dice = random.Random(11)
    fate: dict[Any, bool] = {}
    kept, lost = [], []
    for delivery in told:
        if delivery["headers"]["X-GitHub-Event"] in LOSABLE:
            guid = delivery["headers"]["X-GitHub-Delivery"]
            whole = next(seen(delivery), None)
            gone = fate.setdefault(whole and whole[1:3], dice.random() < 0.05)
            gone = fate.setdefault(guid, dice.random() < 0.03) or gone
            if gone and delivery["body"].get("action") not in github_answers.ONLY_WEBHOOKS:
                lost.append(delivery)
                continue
        kept.append(delivery)

    with serving(github_answers.forge(told, parents)) as served:
        for deliveries in (told, kept):
            workshop.fresh()
            for repository in sorted((generated / "repositories").iterdir()):
                git.load(repository)
            folder: Path = place.folder / "part"
            folder.mkdir(exist_ok=True)
            text = "\n".join(json.dumps(delivery) for delivery in deliveries)
            (folder / "deliveries.jsonl").write_text(text + "\n")
            github.load_webhooks(folder, **span)
            backfilled(workshop, served)
            workshop.build()
            if deliveries is told:
                workshop.expected = workshop.contents("marts", without=ABOUT_CHANNELS)
                assert place.rows("select * from marts.fct_missed_deliveries") == []
    missed, endless = owed(kept, lost)
    found = place.rows(
        "select repository_key, entity, missed_count, end_missed_count from marts.fct_reconciliation"
        " where state = 'checked'"
    )
    assert {row[:2]: row[2] for row in found if row[2]} == missed
    assert {row[:2]: row[3] for row in found if row[3]} == endless
    assert missed.total() > 20 and endless.total() > 20
    assert len({entity for _, entity in missed}) > 6
    made = workshop.contents("marts", without=ABOUT_CHANNELS)
    for table in ("fct_missed_deliveries", "rpt_missed_deliveries"):
        assert made[table]
        workshop.expected.pop(table)
    workshop.same(made)
