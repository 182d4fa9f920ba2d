"""Files that a company exports: what cannot be read is told by file and line at each door, and never guessed."""

import gzip
import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import finance, generic, surveys
from pipelines.landing import LoadSummary
from pipelines.quarantine import load as quarantine
from tests.conftest import Place
from tests.generic_records import at, record

ANSWER = {"number": 4, "field": {"ref": "ease"}}
COST = b"id,kind,amount,currency,starts_at,ends_at\n"
DOORS: dict[str, tuple[Callable[..., LoadSummary], str, bytes, bytes]] = {
    "finance": (finance.load, "a.csv", COST, b"%s,cloud,1,EUR,2026-03-01,2026-03-02\n"),
    "generic": (generic.load, "a.cost.csv", COST, b"%s,cloud,1,EUR,2026-03-01,2026-03-02\n"),
    "surveys": (surveys.load, "a.csv", b"response,submitted_at,ease [1..5]\n", b"%s,2026-03-01,4\n"),
}  # fmt: skip


class Door:
    """A source that reads CSV: its file's name, header, and a row that is right but for its id."""

    def __init__(self, source: str, place: Place, folder: Path) -> None:
        """Nothing is read yet."""
        self.source, self.place, self.folder = source, place, folder
        self.table = {"finance": "costs", "generic": "records", "surveys": "responses"}[source]
        self.run, self.file, self.header, self.row = DOORS[source]

    def load(self, content: bytes) -> list[str]:
        """What a load of one file tells."""
        (self.folder / self.file).write_bytes(content)
        return list(self.run(path=self.folder).notes)

    def quarantine(self, field: str = "origin") -> list[str]:
        """A field of every row of the quarantine."""
        table = f"raw_{self.source}.quarantine"
        found = self.place.rows(f"select payload ->> '{field}' from {table} order by received_at")
        return [value for (value,) in found]

    def landed(self) -> str:
        """All that has landed and is not in the quarantine."""
        tables = self.place.rows(
            f"select 1 from duckdb_tables() where schema_name = 'raw_{self.source}' and table_name = '{self.table}'"
        )
        return str(
            self.place.rows(f"select payload from raw_{self.source}.{self.table}") if tables else []
        )


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest, place: Place, tmp_path: Path) -> Door:
    """Each source that reads CSV."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Door(request.param, place, folder)


def test_a_row_with_more_cells_than_its_header_is_told(door: Door) -> None:
    bad = (door.row % b"bad").replace(b"1,EUR", b"1,234.50,EUR").replace(b",4", b",4,5")
    notes = door.load(
        door.header + bad + door.row % b"good" + door.row.replace(b"\n", b",,\n") % b"g"
    )
    told = "cells that no column of the header names: 1; is a comma unquoted?"
    assert f"{door.file}:2: {told}" in notes
    assert door.quarantine() == [f"{door.file}:2"]
    kept = None if door.source == "surveys" else bad.decode().strip()
    assert (door.quarantine("body")[0] or None) == kept
    assert "good" not in door.quarantine("body")[0]
    assert "234.50" not in door.landed()


def test_a_header_that_names_a_column_twice_is_refused(door: Door) -> None:
    head, row = door.header.strip() + b",Currency,currency\n", (door.row % b"x").strip() + b",a,b\n"
    notes = door.load(head + row)
    assert any(
        note.startswith(f"{door.file}: ") and "its header names currency more than once" in note
        for note in notes
    ), notes
    assert door.quarantine() == [door.file]
    assert door.landed() == "[]"


def test_a_row_of_another_encoding_is_told_and_not_damaged(door: Door) -> None:
    latin = door.row % "büro".encode("latin-1")
    notes = door.load(door.header + latin + door.row % "büro".encode())
    assert f"{door.file}:2: not UTF-8" in notes
    assert door.quarantine() == [f"{door.file}:2"]
    if door.source != "surveys":
        assert b64decode(door.quarantine("body_base64")[0]) == latin.strip()
    assert "\ufffd" not in door.landed()
    assert door.landed() != "[]"


def test_a_header_of_another_encoding_is_told(door: Door) -> None:
    notes = door.load("büro,".encode("latin-1") + door.header + b"," + door.row % b"x")
    assert any("its header is not UTF-8" in note for note in notes)
    assert door.quarantine() == [door.file]


def test_each_file_and_line_is_one_of_the_quarantine_however_often_it_is_read(door: Door) -> None:
    (door.folder / "deeper").mkdir()
    for file in (door.folder / f"b.{door.file}", door.folder / "deeper" / door.file):
        file.write_bytes(door.header + b"\xff\n")
    bad = (door.row % b"x").strip() + b",surplus\n"
    door.load(door.header + bad + bad)
    door.load(door.header + bad + bad + b"\n")
    found = door.place.rows(
        f"select distinct payload ->> 'origin' from raw_{door.source}.quarantine order by 1"
    )
    places = [
        *(f"{door.file}:{line}" for line in (2, 3)),
        f"b.{door.file}:2",
        f"deeper/{door.file}:2",
    ]
    assert [place for (place,) in found] == places
    keys = f"select count(distinct record_key) from raw_{door.source}.quarantine"
    assert door.place.rows(keys) == [(4,)]
    (surplus, foreign, _) = quarantine().notes
    assert surplus.endswith(f"2 still open: {door.file}:2, {door.file}:3")
    assert foreign.endswith(f"2 still open: b.{door.file}:2, deeper/{door.file}:2")


def test_an_ending_in_capitals_is_read_and_what_is_not_read_is_named(door: Door) -> None:
    (door.folder / "OCT.COST.CSV").write_bytes(door.header + door.row % b"october")
    with gzip.open(door.folder / "nov.cost.Csv.GZ", "wb") as file:
        file.write(door.header + door.row % b"november")
    (door.folder / "dec.tsv").write_text("december")
    (door.folder / "out.csv").symlink_to("/etc/hostname")
    (door.folder / ".hidden").write_text("nobody misses it")
    (note,) = door.load(door.header)
    assert note.startswith("2 files were not read")
    assert note.endswith("are: dec.tsv, out.csv")
    assert door.place.rows(f"select count(*) from raw_{door.source}.{door.table}") == [(2,)]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (lambda text: text.replace(b",", b";"), "its columns are parted by semicolons; write commas"),
        (lambda text: text.replace(b",", b"\t"), "its columns are parted by tabs; write commas"),
        (lambda text: text.decode().encode("utf-16"), "UTF-16 or no text; write it as UTF-8"),
        (lambda text: text.decode().encode("utf-16-le"), "UTF-16 or no text; write it as UTF-8"),
    ],
)  # fmt: skip
def test_another_delimiter_and_encoding_are_named(
    door: Door, content: Callable[[bytes], bytes], told: str
) -> None:
    notes = door.load(content(door.header + door.row % b"x"))
    assert any(told in note for note in notes), notes
    assert told in door.quarantine("detail")[0]
    assert door.landed() == "[]"


def test_a_header_may_be_written_in_another_case(door: Door) -> None:
    assert door.load(door.header.upper().replace(b"EASE", b"ease") + door.row % b"x") == []
    assert door.place.rows(f"select count(*) from raw_{door.source}.{door.table}") == [(1,)]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_mark_of_byte_order_is_no_part_of_json(place: Place, tmp_path: Path, name: str) -> None:
    path, generic_path = tmp_path / name, tmp_path / f"generic.{name}"
    told = {"token": "t", "submitted_at": "2026-03-01T10:00:00Z", "answers": [ANSWER]}
    measured = record("measurement", "m", name="x", measured_at=at(0), value=1)
    for file, body in ((path, told), (generic_path, measured)):
        text = json.dumps([body] if name == "a.json" else body)
        file.write_text(text, encoding="utf-8-sig")
    assert surveys.load(path=path) == LoadSummary("surveys", {"responses": 1, "files": 1})
    assert generic.load(path=generic_path) == LoadSummary("generic", {"records": 1})
