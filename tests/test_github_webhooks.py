"""Recorded GitHub webhooks: what lands where, and what comes of it in staging whatever the order of arrival."""

import gzip
import json
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines import warehouse
from pipelines.github import events, load_webhooks
from pipelines.landing import LoadError
from tests.conftest import Place
from tests.github_payloads import examples, sha, story

CONTRACT = (
    *("repositories", "commits", "commit_parents", "commit_paths", "changes", "change_commits"),
    *("reviews", "builds", "deployments", "work_items", "work_item_transitions", "load_ledger"),
)


def write(path: Path, deliveries: list[dict[str, Any]]) -> Path:
    """A file of deliveries, a line each, the body as text as a receiver keeps it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(item | {"body": json.dumps(item["body"])}) for item in deliveries]
    path.write_text("\n".join(lines) + "\n")
    return path


def build() -> None:
    """Build the staging models of this source."""
    built = warehouse.build(select="staging.github bots")
    assert built.ok, [str(failure) for failure in built.failures] or built.error


def staging(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """Every contract table of staging, without the lineage of its load."""
    return {
        entity: place.rows(
            f"select * exclude (_dlt_load_id) from staging.stg_github__{entity} order by all"
        )
        for entity in CONTRACT
    }


def test_each_form_of_file_lands_in_the_table_of_its_event(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    body = {"action": "opened", "number": 1, "pull_request": {"id": 1, "n": 12345678901234567890}}
    push = {"ref": "refs/heads/main", "before": "a", "after": "b", "commits": []}
    (folder / "deployment").mkdir(parents=True)
    (folder / "pull_request.opened.json").write_text(json.dumps(body))
    (folder / "deployment" / "created.payload.json").write_text('{"action": "created"}')
    (folder / "anything.json").write_text(json.dumps(push))
    (folder / "index.json").write_text(
        json.dumps([{"name": "check_run", "examples": [{"action": "created"}, {"action": "done"}]}])
    )
    (folder / "README.md").write_text("not read")
    line = {
        "headers": {"x-github-event": "issues", "x-github-delivery": "d-1"},
        "received_at": "2026-01-02T03:04:05+01:00",
        "body": '{ "action": "opened",  "issue": {"id": 1.0} }',
    }
    with gzip.open(folder / "spool.jsonl.gz", "wt") as file:
        file.write(json.dumps(line) + "\n\n" + json.dumps({"zen": "x", "hook": {}}) + "\n")
    (folder / "form.jsonl").write_text(
        json.dumps(
            {
                "headers": {"X-GitHub-Event": "push", "X-GitHub-Delivery": "d-2"},
                "body": "payload=%7B%22ref%22%3A+%22x%22%7D",
            }
        )
    )

    summary = load_webhooks(folder)

    assert summary.rows == {
        "pull_requests": 1,
        "deployments": 1,
        "pushes": 2,
        "issues": 1,
        "other_events": 3,
    }
    assert place.rows("select event, payload from raw_github.pull_requests") == [
        ("pull_request.opened", json.dumps(body))
    ]
    assert place.rows(
        "select record_key, channel, event, received_at at time zone 'UTC', payload from raw_github.issues"
    ) == [("d-1", "webhook", "issues.opened", datetime(2026, 1, 2, 2, 4, 5), line["body"])]
    assert place.rows("select event from raw_github.deployments") == [("deployment.created",)]
    assert place.rows("select payload from raw_github.pushes where record_key = 'd-2'") == [
        ('{"ref": "x"}',)
    ]
    assert {row[0] for row in place.rows("select event from raw_github.other_events")} == {
        "check_run.created",
        "check_run.done",
        "ping",
    }


def test_what_is_no_payload_is_set_aside_and_stops_nothing(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    folder.mkdir()
    good = json.dumps({"headers": {"X-GitHub-Event": "push"}, "body": '{"ref": "x"}'})
    bad = [
        "{not json",
        '{"headers": [], "body": "{}"}',
        '{"headers": {}, "body": "[1]"}',
        '{"headers": {}, "body": "{", "received_at": "2026-01-01"}',
        '{"headers": {}, "body": "{}", "received_at": "yesterday"}',
    ]
    (folder / "a.jsonl").write_bytes(
        "\n".join([good, *bad]).encode() + b"\n\xff\xfe\n" + good.replace("x", "y").encode()
    )
    (folder / "b.json").write_text("<html>")
    (folder / "c.json.gz").write_bytes(b"no gzip")
    (folder / "d.json").write_text('[{"name": "push"')
    (folder / "e.json").write_text("[" * 100_000)

    summary = load_webhooks(folder)

    assert summary.rows["pushes"] == 2
    assert summary.rows["quarantine"] == len(bad) + 5
    assert any(note.startswith("a.jsonl:2: not JSON") for note in summary.notes)
    places = place.rows(
        "select payload ->> 'origin', payload ->> 'body', payload ->> 'body_base64' from raw_github.quarantine"
    )
    assert ("a.jsonl:3", bad[1], None) in places
    assert ("b.json", "<html>", None) in places
    assert ("a.jsonl:7", None, "//4=") in places


def test_half_a_character_is_replaced_and_nothing_else_changes(
    place: Place, tmp_path: Path
) -> None:
    path = tmp_path / "push.json"
    path.write_text(
        r'{"ref": "\ud83d", "whole": "\ud83d\ude00", "escaped": "\\ud83d", "null": "\u0000"}'
    )
    summary = load_webhooks(path)
    assert place.rows("select payload from raw_github.pushes") == [
        (r'{"ref": "\ufffd", "whole": "\ud83d\ude00", "escaped": "\\ud83d", "null": "\u0000"}',)
    ]
    assert any("half a character" in note for note in summary.notes)


def test_a_path_without_deliveries_is_refused(place: Place, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="does not exist"):
        load_webhooks(tmp_path / "nowhere")
    with pytest.raises(LoadError, match=r"holds no recorded delivery: looked for \*\.json"):
        load_webhooks(tmp_path)


def test_every_event_is_known_from_its_body(place: Place) -> None:
    for delivery in story().deliveries:
        assert events.infer(delivery["body"]) == delivery["headers"]["X-GitHub-Event"]


@pytest.mark.slow
def test_a_story_told_in_webhooks_comes_out_in_staging(place: Place, tmp_path: Path) -> None:
    span = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    write(tmp_path / "told.jsonl", story().deliveries)
    load_webhooks(tmp_path, complete_from=span[0], complete_until=span[1])
    build()
    found = place.rows

    def minutes(column: str) -> str:
        return f"epoch({column} - timestamp '2026-03-02') / 60"

    # renamed: one repository, under its newest name
    assert found(
        "select repository_key, default_branch, default_head_sha, is_deleted from staging.stg_github__repositories"
    ) == [("github.com/acme/store", "main", sha("merge1"), False)]
    # changes: the draft's readiness, thinner payloads, nulls that count, trial merges
    assert found(
        f"""select change_key, {minutes("ready_at")}, {minutes("merged_at")}, merge_commit_sha, lines_added, labels,
        closed_references, is_bot, is_revert from staging.stg_github__changes order by change_number"""
    ) == [
        ("github:77:1", 15, 21, sha("merge1"), 10, [], [], False, False),
        ("github:77:2", 20, None, None, 10, [], [], True, True),
        ("github:77:3", 30, None, None, 10, [], [], False, False),
    ]
    # what was pushed to the branch, not what a merge of main brought along
    assert found(
        "select change_key, commit_sha from staging.stg_github__change_commits order by all"
    ) == sorted([("github:77:1", sha("one")), ("github:77:1", sha("head1"))])
    assert found(
        "select commit_sha, change_number, reverted_shas from staging.stg_github__commits where change_number = 1"
    ) == [(sha("merge1"), 1, [sha("old")])]
    assert found(
        f"select review_key, kind, is_bot, {minutes('submitted_at')} from staging.stg_github__reviews order by all"
    ) == [
        ("github:issue_comment:910", "commented", True, 11),
        ("github:review:900", "dismissed", False, 16),
        ("github:review:901", "approved", False, 19),
    ]
    # a change, its review and its commits know their author by one key
    assert found(
        """select count(distinct actor_key) from (
            select actor_key from staging.stg_github__changes where change_number = 1
            union all select author_key from staging.stg_github__commits)"""
    ) == [(1,)]
    # attempts are rows; skipped and cancelled are no failures
    assert found(
        f"""select build_key, run_key, attempt, outcome, {minutes("finished_at")}, trigger
        from staging.stg_github__builds order by build_key"""
    ) == [
        ("github:job:710", "github:run:700", 1, "failure", 25, "push"),
        ("github:job:711", "github:run:700", 1, "skipped", 25, "push"),
        ("github:job:712", "github:run:700", 1, "cancelled", 25, "push"),
        ("github:job:713", "github:run:700", 2, "success", 30, "push"),
        ("github:run:700:1", "github:run:700", 1, "failure", 25, "push"),
        ("github:run:700:2", "github:run:700", 2, "success", 30, "push"),
    ]
    # the first end of a deployment counts; 'inactive' is none
    assert found(
        f"""select candidate_key, outcome, {minutes("started_at")}, {minutes("finished_at")}, build_run_key, is_deleted
        from staging.stg_github__deployments where kind in ('deployment', 'release', 'tag') order by candidate_key"""
    ) == [
        ("github:deployment:800", "success", 43, 46, "github:run:700", False),
        ("github:deployment:801", "failure", 41, 44, "github:run:700", False),
        ("github:release:950", "success", 82, 82, None, False),
        ("github:release:951", "success", 82, 82, None, True),
        ("github:tag:77:gone", "success", 71, 71, None, True),
        ("github:tag:77:v1", "success", 70, 70, None, False),
    ]
    assert found(
        "select commit_sha from staging.stg_github__deployments where kind = 'tag' and name = 'v1'"
    ) == [(sha("merge1"),)]
    assert found(
        f"""select branch, commit_sha, {minutes("finished_at")} from staging.stg_github__deployments
        where kind = 'branch' and branch = 'main'"""
    ) == [("main", sha("merge1"), 21)]
    assert found(
        f"""select work_item_key, state, reopened_count, {minutes("closed_at")}, severity_name, service_names,
        cause_references, is_deleted from staging.stg_github__work_items order by number"""
    ) == [
        ("github:77:issue:4", "closed", 1, 60, "sev2", ["checkout"], ["#1", sha("merge1")[:12]], False),
        ("github:77:issue:5", "open", 0, None, "sev2", ["checkout"], ["#1", sha("merge1")[:12]], True),
        ("github:77:issue:6", "open", 0, None, "sev2", ["checkout"], ["#1", sha("merge1")[:12]], True),
    ]  # fmt: skip
    assert found(
        f"""select kind, label, {minutes("occurred_at")} from staging.stg_github__work_item_transitions
        where work_item_key = 'github:77:issue:4' order by occurred_at, kind"""
    ) == [
        ("created", None, 42),
        ("labeled", "incident", 42),
        ("closed", None, 50),
        ("reopened", None, 52),
        ("closed", None, 60),
    ]
    assert found(
        "select distinct scope, covered_from from staging.stg_github__load_ledger where entity = 'deployments'"
    ) == [("github.com/acme/store", datetime(2026, 3, 1))]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_and_delivered_twice_comes_to_the_same(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setenv("ENGOPS__SALT", "the same in both")
    deliveries = story().deliveries
    write(tmp_path / "told" / "told.jsonl", deliveries)
    load_webhooks(tmp_path / "told")
    build()
    expected = staging(place)

    chance = random.Random(seed)
    other = Place(tmp_path / "other").use(monkeypatch)
    twice = [*deliveries, *chance.sample(deliveries, len(deliveries) // 2)]
    chance.shuffle(twice)
    cut = len(twice) // 3
    for number, part in enumerate((twice[:cut], twice[cut:], deliveries)):
        write(tmp_path / f"part-{number}" / "part.jsonl", part)
        load_webhooks(tmp_path / f"part-{number}")
        build()  # each part is built upon the last: incremental, as on a schedule

    found = staging(other)
    for entity, rows in expected.items():
        assert found[entity] == rows, entity


@pytest.mark.slow
def test_every_recorded_example_of_octokit_lands_and_builds(place: Place, tmp_path: Path) -> None:
    folder = examples(tmp_path)
    recorded = json.loads((folder / "index.json").read_text())
    expected = Counter(
        events.table_of(entry["name"]) for entry in recorded for _ in entry["examples"]
    )

    summary = load_webhooks(folder)

    assert summary.rows == dict(expected)
    assert sum(summary.rows.values()) == 329
    build()
    inferred = Counter(
        (entry["name"], events.infer(body)) for entry in recorded for body in entry["examples"]
    )
    wrong = {pair for pair in inferred if events.table_of(pair[0]) != events.table_of(pair[1])}
    assert not wrong, wrong
    assert place.rows("select count(*) > 0 from staging.stg_github__changes") == [(True,)]


def spoiled(value: Any, chance: random.Random, share: float) -> Any:
    """JSON of which some values are missing, null or of another kind."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if chance.random() > share}
        return {key: spoiled(item, chance, share) for key, item in kept.items()}
    if isinstance(value, list):
        return [spoiled(item, chance, share) for item in value]
    if chance.random() < share:
        return chance.choice(
            [None, "", "x", -1, 10**30, True, 1.5, [], {}, "2026-13-45T99:99:99Z", "a\x00b", "😀"]
        )
    return value


@pytest.mark.slow
def test_spoiled_payloads_land_and_stop_no_build(place: Place, tmp_path: Path) -> None:
    chance = random.Random(20261120)
    told = story().deliveries
    for part in range(2):
        deliveries = [
            item | {"headers": {"X-GitHub-Event": item["headers"]["X-GitHub-Event"]}}
            | {"body": spoiled(item["body"], chance, share)}
            for share in (0.02, 0.1, 0.3)
            for item in told
            for _ in range(10)
        ]  # fmt: skip
        write(tmp_path / str(part) / "spoiled.jsonl", deliveries)
        summary = load_webhooks(tmp_path / str(part))
        assert "quarantine" not in summary.rows
        build()
    assert place.rows("select count(*) > 0 from staging.stg_github__changes") == [(True,)]
