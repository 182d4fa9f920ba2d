"""The generic source: published schemas, records from files of every form, and what is not valid told by place."""

import asyncio
import csv
import gzip
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator

from pipelines import generic
from pipelines.generic.schemas import problem, schemas
from pipelines.landing import LoadError
from pipelines.webhooks.app import create_app
from pipelines.webhooks.contract import webhooks
from pipelines.webhooks.spool import Spool
from tests import contract
from tests.conftest import PROJECT, Place
from tests.generic_records import COVERAGE, EARLIER, RECORDS, at, record

BASE = PROJECT / "models" / "staging" / "generic" / "base_generic__records.sql"


def landed(place: Place) -> list[dict]:
    """The records that have landed, in the order of type and id."""
    rows = place.rows(
        "select payload from raw_generic.records order by payload ->> 'type', payload ->> 'id'"
    )
    return [json.loads(payload) for (payload,) in rows]


def test_every_schema_is_one_and_has_an_example() -> None:
    for kind, schema in schemas().items():
        Draft202012Validator.check_schema(schema)
        assert schema["title"] == kind == schema["properties"]["type"]["const"]
        assert schema["description"]
        assert all(field["description"] for field in schema["properties"].values()), kind
    examples = [*EARLIER, *RECORDS, COVERAGE]
    assert {example["type"] for example in examples} == schemas().keys()
    assert [problem(example) for example in examples] == [None] * len(examples)


def test_every_field_of_a_schema_is_read() -> None:
    names = re.search(r"set names = \{(.*?)\} %\}", BASE.read_text(), re.DOTALL)
    assert names
    read = set(re.findall(r"\w+", re.sub(r'"\w+":', "", names[1])))
    fields = {
        field
        for kind, schema in schemas().items()
        if kind != "coverage"
        for field in schema["properties"]
    }
    assert read == fields - {"type", "id"}


def test_every_entity_has_a_schema() -> None:
    models = {path.stem.split("__")[1] for path in BASE.parent.glob("stg_*.sql")} - {"quarantine"}
    # git tells of commits, and of what they hold
    assert models == set(contract.ENTITIES) - {
        *("commits", "change_commits", "commit_parents", "commit_paths")
    }
    assert len(models) == len(schemas()) - 1


@pytest.mark.parametrize(
    ("wrong", "words", "place"),
    [
        ({"type": "release"}, "no type of approval", "$.type"),
        ({"type": 1}, "no type of approval", "$.type"),
        (record("deployment", "d"), "missing: environment, outcome", "$"),
        (record("measurement", "m", name="x", measured_at=at(0), value="7"), "value is not a number", "$.value"),
        (record("review", "v", change="c", repository="r", kind="ok", submitted_at=at(0)), "none of", "$.kind"),
        (record("sprint_item", "s", sprint="s", work_item="w", added_at="2026-03-02"), "no date and", "$.added_at"),
        (record("measurement", "m", name="x", measured_at="2026-03-02T10:00:00", value=1), "offset", "$.measured_at"),
        (record("repository", "r", repository="a/b", secret_field="ada"), "unknown: secret_field", "$"),
        (record("repository", "r", repository="a/b", **{"a b": 1}), "unknown: *", "$"),
        (record("change", "c", repository="a/b", opened_at=at(0), labels=["x", 1]), "labels[1] is not", "$.labels[1]"),
        (record("slo_measurement", "m", slo="s", started_at=at(0), ended_at=at(1), ratio=2), "more than 1", "$.ratio"),
        (record("slo", "s", service="s", name="n", objective=99, window_kind="rolling"), "more than 1", "$.objective"),
        (record("repository", "", repository="a/b"), "id is empty", "$.id"),
    ],
)  # fmt: skip
def test_what_is_not_valid_is_told_by_field_and_without_values(
    wrong: dict, words: str, place: str
) -> None:
    found = problem(wrong)
    assert found is not None
    assert words in found[0]
    assert found[1] == place


def test_records_come_from_files_of_every_form(place: Place, tmp_path: Path) -> None:
    cost = record(
        "cost", "k", kind="cloud", amount=1.5, currency="EUR", starts_at=at(0), ends_at=at(9)
    )
    (tmp_path / "a.json").write_text(json.dumps([cost, cost | {"id": "l"}]))
    (tmp_path / "b.json").write_text(json.dumps(cost | {"id": "m"}))
    with gzip.open(tmp_path / "c.jsonl.gz", "wt") as file:
        file.write(json.dumps(cost | {"id": "n"}) + "\n\n")
    with (tmp_path / "costs.cost.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            ["id", "kind", "amount", "currency", "quantity", "starts_at", "ends_at", "team"]
        )
        rows.writerow(["o", "cloud", "1.5", "EUR", "3", "2026-03-02", "2026-03-03 12:00:00", ""])
    with (tmp_path / "changes.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["type", "id", "repository", "opened_at", "labels", "is_bot", "number"])
        rows.writerow(["change", "c", "a/b", at(0), "one; two", "true", "5"])
    table = pa.table(
        {
            "id": ["p"],
            "name": ["adoption"],
            "measured_at": [datetime(2026, 3, 2, tzinfo=UTC)],
            "value": [0.5],
            "team": pa.array([None], pa.string()),
        }
    )
    pq.write_table(table, tmp_path / "2026.measurement.parquet")

    summary = generic.load(path=tmp_path)

    assert summary.rows == {"records": 7}, summary.notes
    found = landed(place)
    assert found[0] == record(
        *("change", "c"),
        **{"repository": "a/b", "opened_at": at(0), "labels": ["one", "two"]},
        **{"is_bot": True, "number": 5},
    )
    assert [row["id"] for row in found[1:6]] == ["k", "l", "m", "n", "o"]
    assert found[5]["starts_at"] == "2026-03-02T00:00:00+00:00"
    assert found[5]["quantity"] == 3
    assert "team" not in found[5]
    assert found[6]["measured_at"] == "2026-03-02T00:00:00+00:00"
    assert place.rows("select distinct channel from raw_generic.records") == [("file",)]


def test_what_is_no_record_is_set_aside_with_file_and_line(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    good = json.dumps(RECORDS[2])
    path.write_text(f"{good}\n{{not json\n{json.dumps(record('deployment', 'd'))}\n{good}\n")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    summary = generic.load(path=tmp_path)
    assert summary.rows == {"records": 2, "quarantine": 3}
    assert "3 are no valid records" in summary.notes[0]
    assert "mine.jsonl:3: not valid by its schema: missing: environment" in "\n".join(summary.notes)
    assert place.rows(
        """select payload ->> 'origin', payload ->> 'reason', payload ->> 'path'
        from raw_generic.quarantine where payload ->> 'origin' like 'mine%' order by 1"""
    ) == [("mine.jsonl:2", "not JSON", "$.*"), ("mine.jsonl:3", "not valid by its schema", "$")]


def test_a_path_without_records_is_refused(place: Place, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="does not exist"):
        generic.load(path=tmp_path / "nowhere")
    with pytest.raises(LoadError, match="holds no records"):
        generic.load(path=tmp_path)


def test_the_receiver_serves_the_schemas(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    app = create_app({"generic": webhooks()["generic"]}, {"generic": ["s"]}, spool)

    async def ask() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://engops") as client:
            where = "/webhooks/generic/schemas"
            assert (await client.get(f"{where}/deployment")).json() == schemas()["deployment"]
            assert (await client.get(f"{where}/nothing")).status_code == 404
            assert (await client.post(f"{where}/deployment")).status_code == 405
            assert f"{where}/deployment" in (await client.get("/openapi.json")).json()["paths"]

    asyncio.run(ask())
