"""Thousands of payloads with something wrong: each ends with what it needs, or in the quarantine; no null in silence.

`ENGOPS_MUTATIONS` says how many; the seed is fixed, so that a failure can be looked at again.
"""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import warehouse
from pipelines.github import events, load_webhooks
from tests import mutations
from tests.conftest import Place
from tests.github_payloads import recorded, story
from tests.mutations import Item

pytestmark = pytest.mark.slow

COUNT = int(os.environ.get("ENGOPS_MUTATIONS", "10000"))
SEED = 20261120


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


def write(folder: Path, count: int, seed: int) -> dict[str, tuple[str, str]]:
    """A file of spoiled deliveries; their events and texts by their keys."""
    chance = random.Random(seed)
    sound = originals(folder)
    sent = {}
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
            sent[key] = (event, text)
    return sent


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


def is_left_out(table: str, body: Item) -> bool:
    """What is rightly no row: a pull request among issues, and a review that is still being written."""
    pull = mutations.at(body, "$.issue.pull_request")
    state = mutations.at(body, "$.review.state")
    return (table == "issues" and isinstance(pull, dict)) or (
        table == "reviews" and isinstance(state, str) and state.lower() == "pending"
    )


def faults(key: str, event: str, text: str, found: Warehouse, line: str) -> Iterator[str]:
    """What is wrong with what became of one payload."""
    body = mutations.read(text)
    if body is None:
        if line not in found.unread:
            yield f"{key}: no JSON object, and not in the quarantine"
        return
    if line in found.unread:
        yield f"{key}: can be read, and is in the quarantine"
        return
    told = found.quarantine.get(key, {})
    expected: set[str] = set()
    lacking: list[set[str]] = []
    read = 0
    for table in tables_of(event):
        if is_left_out(table, body):
            continue
        rows = found.rows[table].get(key, [])
        if len(rows) != 1:
            yield f"{key}: {len(rows)} rows in base_github__{table}"
            continue
        read += 1
        wrong, aside = mutations.wrongs(table, body)
        expected |= wrong
        lacking += aside
        yield from silent(key, table, body, rows[0], wrong, "$")
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
                    yield from silent(key, "push_commits", commit, commits[place], wrong, place)
    for path in expected - told.keys():
        yield f"{key}: {path} is wrong, and nobody tells ({event})"
    for paths in lacking:
        if not paths & told.keys():
            yield f"{key}: none of {paths} is there, and nobody tells ({event})"
    if read:
        for path in told.keys() - expected.union(*lacking):
            yield f"{key}: {path} is told, and nothing is wrong with it ({event})"
    if any(told.values()) != bool(lacking):
        yield f"{key}: told as set aside: {any(told.values())}, and lacks {lacking}"


def silent(
    key: str, table: str, body: Any, row: Item, wrong: set[str], place: str
) -> Iterator[str]:
    """Fields that are sound in the payload and null in the row."""
    for name, short in mutations.fields(table).items():
        path = mutations.whole(short, table)
        value = mutations.at(body, path)
        sound = value is not mutations.MISSING and value is not None
        if not sound or path.replace("$", place, 1) in wrong or name not in row:
            continue
        if row[name] is None and value != "0" * 40:
            yield f"{key}: {path} is sound and {table}.{name} is null"


@pytest.fixture
def spoiled(place: Place, tmp_path: Path) -> Iterator[dict[str, tuple[str, str]]]:
    """Spoiled payloads, landed."""
    sent = write(tmp_path, COUNT, SEED)
    load_webhooks(tmp_path / "sent")
    yield sent


def test_every_spoiled_payload_is_understood_or_told(
    place: Place, spoiled: dict[str, tuple[str, str]]
) -> None:
    built = warehouse.build()
    assert built.ok, [str(failure) for failure in built.failures] or built.error
    found = Warehouse(place)
    wrong = [
        fault
        for line, (key, (event, text)) in enumerate(spoiled.items(), 1)
        for fault in faults(key, event, text, found, str(line))
    ]
    assert not wrong, f"{len(wrong)} faults\n" + "\n".join(wrong[:40])
    assert len(found.quarantine) > len(spoiled) / 3  # or nothing was spoiled
    assert place.rows("select count(*) from marts.rpt_quarantine") > [(100,)]


def test_no_sound_payload_is_told_of(place: Place, tmp_path: Path) -> None:
    """Of the recorded payloads, and of the project's own, nothing is set aside or missed."""
    lines = [
        json.dumps({"headers": {"X-GitHub-Event": event}, "body": json.dumps(body)})
        for event, body in originals(tmp_path)
    ]
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / "sound.jsonl").write_text("\n".join(lines))
    load_webhooks(tmp_path / "sent")
    built = warehouse.build(
        "--exclude-resource-type", "unit_test", select="+stg_github__quarantine"
    )
    assert built.ok, [str(failure) for failure in built.failures] or built.error
    assert place.rows("select event, json_path, reason from staging.stg_github__quarantine") == []
