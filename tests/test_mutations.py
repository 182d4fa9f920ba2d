"""Thousands of payloads with something wrong: each ends with what it needs, or in the quarantine; no null in silence.

`ENGOPS_MUTATIONS` says how many; the seed is fixed, so that a failure can be looked at again.
"""

import json
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from pipelines import landing, warehouse
from pipelines.github import events, load_api, load_webhooks
from tests import mutations
from tests.conftest import PROJECT, Place
from tests.github_payloads import recorded, story
from tests.github_server import serving, shop
from tests.mutations import Item

# Raw tables that the API fills, and the models that read them.
LISTED = {table: table for table in mutations.REQUIRED if table not in {"pushes", "push_commits"}}
LISTED |= {"pull_request_commits": "commits"}
COUNT = int(os.environ.get("ENGOPS_MUTATIONS", "10000"))
SEED = 20261120


class Sent(NamedTuple):
    """A payload as it was sent, and the base models that should read it."""

    key: str
    event: str
    text: str
    tables: list[str]
    channel: str = "webhook"
    line: str = ""


def originals(folder: Path) -> list[tuple[str, Item]]:
    """Event and payload of the recorded examples and of the project's own story, as far as a model reads them."""
    told = [(item["headers"]["X-GitHub-Event"], item["body"]) for item in story().deliveries]
    examples = [(entry["name"], body) for entry in recorded(folder) for body in entry["examples"]]
    return [pair for pair in (*told, *examples) if pair[0] in events.TABLES]


def paths_of(event: str) -> list[str]:
    """The paths of an event's payload that a model reads."""
    tables = tables_of(event)
    paths = {mutations.whole(path, table) for table in tables for path in mutations.fields(table).values()}  # fmt: skip
    if event == "push":
        paths |= {f"$.head_commit.{path[2:]}" for path in mutations.fields("push_commits").values()}
        paths |= {"$.commits"}
    return sorted(paths)


def tables_of(event: str) -> list[str]:
    """The base models that read an event's payload as a whole."""
    table = events.table_of(event)
    return [table, "deployments"] if table == "deployment_statuses" else [table]


def write(folder: Path, count: int, seed: int) -> list[Sent]:
    """A file of spoiled deliveries."""
    chance = random.Random(seed)
    sound = originals(folder)
    made = []
    (folder / "sent").mkdir()
    with (folder / "sent" / "spoiled.jsonl").open("w") as file:
        for number in range(count):
            event, body = chance.choice(sound)
            text = mutations.mutated(body, paths_of(event), chance)
            if number % 2_500 == 7:
                text = json.dumps(body | {"action": "x" * 1_000_000, "after": "y" * 1_000_000})
            key = f"m-{number:06d}"
            headers = {"X-GitHub-Event": event, "X-GitHub-Delivery": key}
            file.write(json.dumps({"headers": headers, "body": text}) + "\n")
            made.append(Sent(key, event, text, tables_of(event), line=str(number + 1)))
    return made


def listed(place: Place, count: int, seed: int) -> list[Sent]:
    """Spoiled items of the API, made from those that have landed, and landed too."""
    chance = random.Random(seed)
    made, records = [], {}
    for raw, table in LISTED.items():
        query = f"select event, payload from raw_github.{raw} where channel = 'api' order by all"
        rows = place.rows(query)
        paths = sorted(mutations.whole(path, table, "api") for path in mutations.fields(table).values())  # fmt: skip
        for number in range(count // len(LISTED)):
            event, payload = chance.choice(rows)
            body = json.loads(payload)
            mutations.spoil(body, paths, chance)
            sent = Sent(f"a-{raw}-{number:04d}", event, json.dumps(body), [table], channel="api")
            record = landing.Record(sent.key, "api", event, landing.now(), sent.text)
            records.setdefault(raw, []).append(record)
            made.append(sent)
    landing.land("github", [landing.entity(rows, raw) for raw, rows in records.items()])
    return made


class Warehouse:
    """What became of the payloads."""

    def __init__(self, place: Place) -> None:
        """Read the tables once."""
        with duckdb.connect(str(place.data / "warehouse.duckdb"), read_only=True) as connection:
            self.quarantine: dict[str, dict[str, bool]] = {}
            for key, path, aside in connection.execute(
                "select record_key, json_path, is_set_aside from staging.stg_github__quarantine"
            ).fetchall():
                self.quarantine.setdefault(key, {})[path] = aside
            self.unread = {
                row[0]
                for row in connection.execute(
                    "select coalesce(payload ->> 'line', regexp_extract(payload ->> 'origin', '([0-9]+)$', 1))"
                    " from raw_github.quarantine"
                ).fetchall()
            }
            self.rows = {
                table: self.table(connection, table) for table in (*mutations.REQUIRED,)
            }  # fmt: skip

    @staticmethod
    def table(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, list[Item]]:
        """The rows of a base model by their payloads."""
        cursor = connection.execute(f"select * from staging.base_github__{table}")
        names = [column[0] for column in cursor.description]
        rows: dict[str, list[Item]] = {}
        for values in cursor.fetchall():
            row = dict(zip(names, values, strict=True))
            rows.setdefault(row["record_key"], []).append(row)
        return rows


def is_left_out(table: str, body: Item, channel: str) -> bool:
    """What is rightly no row: a pull request among issues, and a review that is still being written."""
    pull = mutations.at(body, mutations.whole("@.pull_request", "issues", channel))
    state = mutations.at(body, mutations.whole("@.state", "reviews", channel))
    return (table == "issues" and isinstance(pull, dict)) or (
        table == "reviews" and isinstance(state, str) and state.lower() == "pending"
    )


def faults(sent: Sent, found: Warehouse) -> Iterator[str]:
    """What is wrong with what became of one payload."""
    key = sent.key
    body = mutations.read(sent.text)
    if body is None or sent.line in found.unread:
        if body is not None or sent.line not in found.unread:
            yield f"{key}: {'no' if body is None else 'a'} JSON object; in the quarantine: {body is not None}"
        return
    told = found.quarantine.get(key, {})
    expected: set[str] = set()
    lacking: list[set[str]] = []
    whole = [table for table in sent.tables if not is_left_out(table, body, sent.channel)]
    for table in whole:
        rows = found.rows[table].get(key, [])
        if len(rows) != 1:
            yield f"{key}: {len(rows)} rows in base_github__{table}"
            continue
        wrong, aside = mutations.wrongs(table, body, sent.channel)
        expected |= wrong
        lacking += aside
        yield from silent(key, table, body, rows[0], wrong, sent.channel)
        if rows[0]["is_set_aside"] != bool(aside):
            yield f"{key}: {table} is_set_aside {rows[0]['is_set_aside']}, and lacks {aside}"
        if table == "pushes" and not aside:
            commits = {row["place"]: row for row in found.rows["push_commits"].get(key, [])}
            for place, commit in mutations.parts(body):
                wrong, aside = mutations.wrongs("push_commits", commit, place=place)
                expected |= wrong
                lacking += aside
                if place not in commits:
                    yield f"{key}: {place} has no row"
                else:
                    row = commits[place]
                    yield from silent(key, "push_commits", commit, row, wrong, place=place)
    for path in expected - told.keys():
        yield f"{key}: {path} is wrong, and nobody tells ({sent.event})"
    for paths in lacking:
        if not paths & told.keys():
            yield f"{key}: none of {paths} is there, and nobody tells ({sent.event})"
    if whole:
        for path in told.keys() - expected.union(*lacking):
            yield f"{key}: {path} is told, and nothing is wrong with it ({sent.event})"
    if any(told.values()) != bool(lacking):
        yield f"{key}: told as set aside: {any(told.values())}, and lacks {lacking}"


def silent(
    key: str,
    table: str,
    body: Any,
    row: Item,
    wrong: set[str],
    channel: str = "webhook",
    place: str = "$",
) -> Iterator[str]:
    """Fields that are sound in the payload and null in the row."""
    for name, short in mutations.fields(table).items():
        path = mutations.whole(short, table, channel)
        value = mutations.at(body, path)
        sound = value is not mutations.MISSING and value is not None
        if not sound or path.replace("$", place, 1) in wrong or name not in row:
            continue
        if row[name] is None and value != "0" * 40:
            yield f"{key}: {path} is sound and {table}.{name} is null"


@pytest.fixture
def api(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few of everything, landed from the API."""
    monkeypatch.setenv("SOURCES__GITHUB__TOKEN", "token-of-the-test")
    monkeypatch.setenv("SOURCES__GITHUB__REPOSITORIES", '["acme/shop"]')
    with serving(shop()) as served:
        monkeypatch.setenv("SOURCES__GITHUB__BASE_URL", served.url)
        load_api(sleep=lambda _: None)


@pytest.mark.slow
@pytest.mark.usefixtures("api")
def test_every_spoiled_payload_is_understood_or_told(place: Place, tmp_path: Path) -> None:
    sent = write(tmp_path, COUNT * 9 // 10, SEED)
    load_webhooks(tmp_path / "sent")
    sent += listed(place, COUNT // 10, SEED)

    built = warehouse.build()

    assert built.ok, [str(failure) for failure in built.failures] or built.error
    found = Warehouse(place)
    wrong = [fault for one in sent for fault in faults(one, found)]
    assert not wrong, f"{len(wrong)} faults\n" + "\n".join(wrong[:40])
    assert len(found.quarantine) > len(sent) / 3  # or nothing was spoiled
    assert place.rows("select count(*) from marts.rpt_quarantine") > [(100,)]
    assert place.rows("select set_aside_count > 100, unread_count > 100 from marts.rpt_status") == [
        (True, True)
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("api")
def test_no_sound_payload_is_told_of(place: Place, tmp_path: Path) -> None:
    """Of the recorded payloads, of the project's own, and of the API's nothing is set aside or missed."""
    lines = [
        json.dumps({"headers": {"X-GitHub-Event": event}, "body": json.dumps(body)})
        for event, body in originals(tmp_path)
    ]
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / "sound.jsonl").write_text("\n".join(lines))
    load_webhooks(tmp_path / "sent")
    # what could not be read is told of any source, and is closed once it has been released
    now = landing.now()
    waiting = [
        landing.Record(
            key, "webhook", event, now, json.dumps({"reason": "not JSON", "path": "$.a"})
        )
        for key, event in (("w-1", "push"), ("w-2", "push"), ("w-2", "released"), ("w-1", "push"))
    ]
    landing.land("later", [landing.entity(waiting, "quarantine")])

    built = warehouse.build("--exclude-resource-type", "unit_test", select="+int_quarantine")

    assert built.ok, [str(failure) for failure in built.failures] or built.error
    assert place.rows("select event, json_path, reason from staging.stg_github__quarantine") == []
    assert place.rows(
        "select source, record_key, event, json_path, reason, is_open from intermediate.int_quarantine order by 2"
    ) == [
        ("later", "w-1", "push", "$.a", "not JSON", True),
        ("later", "w-2", "push", "$.a", "not JSON", False),
    ]


def test_nothing_reads_what_is_set_aside() -> None:
    """Each read of a base model leaves out what is set aside, or asks for what is wrong."""
    found = []
    for path in sorted((PROJECT / "models" / "staging" / "github").glob("*.sql")):
        lines = path.read_text().splitlines()
        for number, line in enumerate(lines):
            if re.search(r'from {{ ref\("base_', line):
                told = " ".join(lines[number : number + 2])
                if not re.search(r"is_set_aside is not true|touched\(|problems is not null", told):
                    found.append(f"{path.name}:{number + 1}: {line.strip()}")
    assert not found, "\n".join(found)
