"""Finance: what cannot be counted is told by place, a file counts whole or not at all, and tags are the company's."""

from pathlib import Path

import pytest

from pipelines import finance
from pipelines.landing import LoadError
from tests.conftest import Place

OWN = "kind,amount,currency,starts_at,ends_at\n"
GOOD = "cloud,1,EUR,2026-03-01,2026-03-02\n"
FOCUS = "BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,Tags\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of files, beside the warehouse."""
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def landed(place: Place) -> list[tuple]:
    """File, line and service of every row, in order."""
    sql = """select payload ->> '$.file', cast(payload ->> '$.line' as int), payload ->> '$.row.service'
        from raw_finance.costs order by payload ->> '$.seen_at', 1, 2"""
    return place.rows(sql)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("cloud,many,EUR,2026-03-01,2026-03-02", "amount is missing or no number"),
        ("cloud,,EUR,2026-03-01,2026-03-02", "amount is missing or no number"),
        ("cloud,1e999,EUR,2026-03-01,2026-03-02", "amount is missing or no number"),
        ("cloud,1,euros,2026-03-01,2026-03-02", "currency is missing or no code of three letters"),
        ("cloud,1,EUR,01.03.2026,2026-03-02", "starts_at is missing or no time"),
        ("cloud,1,EUR,2026-03-02,2026-03-01", "ends_at is before starts_at"),
        ("lunch,1,EUR,2026-03-01,2026-03-02", "kind is none of cloud, loaded, escalation, refund"),
    ],
)
def test_a_row_that_cannot_be_counted_is_told(
    place: Place, folder: Path, row: str, told: str
) -> None:
    (folder / "a.csv").write_text(f"{OWN}{GOOD}{row}\n{GOOD}")
    summary = finance.load(path=folder)
    assert summary.notes[1:] == (f"a.csv:3: {told}",)
    assert summary.rows == {"costs": 2, "files": 1, "quarantine": 1}
    assert place.rows(
        "select payload ->> 'origin', payload ->> 'detail' from raw_finance.quarantine"
    ) == [("a.csv:3", told)]


def test_the_columns_of_focus_may_be_written_in_another_case(place: Place, folder: Path) -> None:
    (folder / "a.csv").write_text(f"{FOCUS.lower()}1,EUR,2026-03-01,2026-03-02,\n")
    assert finance.load(path=folder).rows == {"costs": 1, "files": 1}
    sql = "select event, payload ->> '$.row.BilledCost' from raw_finance.costs"
    assert place.rows(sql) == [("focus", "1")]


def test_of_two_costs_of_one_id_in_a_file_the_second_is_told(place: Place, folder: Path) -> None:
    rows = [
        "x," + GOOD.replace("cloud", "lunch"),
        "x," + GOOD,
        "3," + GOOD,
        "x," + GOOD,
        "y," + GOOD,
    ]
    (folder / "a.csv").write_text(f"id,{OWN}{''.join(rows)},{GOOD},{GOOD}")
    summary = finance.load(path=folder)
    assert summary.rows == {"costs": 5, "files": 1, "quarantine": 2}
    assert summary.notes[2] == "a.csv:5: id stands in line 3 as well, which counts"


def test_a_row_of_focus_is_told_by_its_columns(place: Place, folder: Path) -> None:
    (folder / "a.csv").write_text(f"{FOCUS}x,,2026-03-01,yesterday,\n")
    assert finance.load(path=folder).notes[1] == (
        "a.csv:2: BilledCost is missing or no number; BillingCurrency is missing or no code of three letters;"
        " ChargePeriodEnd is missing or no time"
    )


def test_a_file_that_breaks_off_lands_not_at_all_and_the_others_do(
    place: Place, folder: Path
) -> None:
    (folder / "a.csv").write_text(f"{OWN}{GOOD}" + "x" * 200_000 + "\n")
    (folder / "b.parquet").write_bytes(b"PAR1")
    (folder / "c.csv").write_text(OWN + GOOD)
    (folder / "d.csv.gz").write_bytes(b"\x1f\x8b\x08")
    (folder / "out.csv").symlink_to("/etc/passwd")
    summary = finance.load(path=folder)
    assert landed(place) == [("c.csv", 2, None)]
    assert summary.notes[-1].endswith("are: out.csv")
    assert summary.notes[1:-1] == (
        "a.csv: no CSV after line 2; what it said before stays",
        "b.parquet: no Parquet; what it said before stays",
        "d.csv.gz: cannot be read (EOFError); what it said before stays",
    )


def test_what_has_not_changed_lands_no_second_time(
    place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tagged = '"{""owner"": ""shop"", ""service"": ""s3""}"'
    (folder / "a.csv").write_text(f"{FOCUS}1,EUR,2026-03-01 00:00:00 UTC,2026-03-02,{tagged}\n")
    (folder / "b.csv").write_text(f"{FOCUS}1,EUR,2026-03-01,2026-03-02,no json\n")
    assert finance.load(path=folder).rows == {"costs": 2, "files": 2}
    assert finance.load(path=folder).rows == {}
    monkeypatch.setenv("SOURCES__FINANCE__PATH", str(folder))
    monkeypatch.setenv("SOURCES__FINANCE__SERVICE_TAG", "owner")
    assert finance.configured()
    assert finance.load().rows == {"costs": 2, "files": 2}
    (folder / "b.csv").write_text(FOCUS)
    assert finance.load().rows == {"files": 1}
    assert finance.load(full_refresh=True).rows == {"costs": 1, "files": 2}
    assert [service for _, _, service in landed(place)] == ["s3", None, "shop", None, "shop"]


def test_a_path_that_is_none_is_told(place: Place, folder: Path) -> None:
    with pytest.raises(LoadError, match=r"write the folder of your files into \[sources.finance\]"):
        finance.load()
    with pytest.raises(LoadError, match="holds no records"):
        finance.load(path=folder)
