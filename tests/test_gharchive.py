"""GH Archive: hours land in bounded memory, cut ones are told, and staging says what an independent script says."""

import gzip
import json
import threading
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipelines import gharchive, landing
from pipelines.landing import LoadError
from tests import gharchive_hours as hours
from tests.conftest import Place
from tests.independent.gharchive import Answer, answer
from tests.workshop import Workshop

MERGED = """
    select count(*), count(distinct repository_key), median(epoch(merged_at) - epoch(opened_at))
    from staging.stg_gharchive__changes where merged_at is not null and repository_key like 'github.com/acme%'
"""


def events(place: Place) -> int:
    """How many different events have landed."""
    return place.rows("select count(distinct record_key) from raw_gharchive.events")[0][0]


def covered(place: Place) -> list[tuple[str, str]]:
    """Scope and beginning of each hour that is vouched for."""
    return place.rows(
        """select distinct payload ->> 'scope', payload ->> 'covered_from' from raw_gharchive.load_ledger
        where payload ->> 'entity' = 'pull_requests' order by all"""
    )


@pytest.mark.parametrize("era", hours.ERAS)
def test_an_hour_of_each_era_lands_and_is_vouched_for(
    place: Place, tmp_path: Path, era: str
) -> None:
    told = hours.busy(era)
    path = hours.write(tmp_path, "hour", told, between="" if era in ("2011", "2012") else "\n")
    summary = gharchive.load(path=path)
    assert summary.rows["events"] == len(told) == events(place)
    assert not summary.notes
    assert covered(place) == [("gharchive", hours.ERAS[era].isoformat())]


def test_what_was_landed_twice_is_there_once(place: Place, tmp_path: Path) -> None:
    told = hours.busy("2013")
    path = hours.write(tmp_path, "hour", told)
    gharchive.load(path=path)
    gharchive.load(path=tmp_path)
    assert events(place) == len(told)


def test_a_cut_file_is_told_and_not_vouched_for(place: Place, tmp_path: Path) -> None:
    path = hours.write(tmp_path, "2024-01-01-15", hours.busy("2024", requests=400))
    path.write_bytes(path.read_bytes()[:-2000])
    summary = gharchive.load(path=path)
    assert "cut, and not vouched for" in summary.notes[0]
    assert "2024-01-01-15 (EOFError)" in summary.notes[0]
    assert events(place) > 0
    assert covered(place) == []
    assert place.rows("select payload ->> 'reason' from raw_gharchive.quarantine") == [
        ("the file cannot be read",)
    ]


def test_lines_that_are_no_event_are_set_aside(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "2024-01-01-15.json.gz"
    sound = [json.dumps(event) for event in hours.busy("2024")]
    with gzip.open(path, "wb") as file:
        for line in [b"{not json", b"[]", b'{"a": 1}', b'"\xff"', *map(str.encode, sound)]:
            file.write(line + b"\n")
    summary = gharchive.load(path=path)
    assert events(place) == len(sound)
    assert summary.rows["quarantine"] == 4
    assert "4 lines are no event" in summary.notes[0]


def test_only_what_is_asked_for_lands(place: Place, tmp_path: Path) -> None:
    path = hours.write(tmp_path, "hour", hours.busy("2024"))
    summary = gharchive.load(
        path=path, repositories="ACME-2024/repository-1, github.com/else/where"
    )
    assert place.rows("select distinct payload -> 'repo' ->> 'name' from raw_gharchive.events") == [
        ("acme-2024/repository-1",)
    ]
    since = hours.ERAS["2024"].isoformat()
    assert covered(place) == [
        ("github.com/acme-2024/repository-1", since),
        ("github.com/else/where", since),
    ]
    assert "were left out" in summary.notes[0]
    with pytest.raises(LoadError, match="neither 'owner/name' nor 'owner'"):
        gharchive.load(path=path, repositories="a/b/c")


def test_memory_is_bounded_by_the_batch(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "BATCH_CHARACTERS", 20_000)
    path = hours.write(tmp_path, "hour", hours.busy("2024", requests=300), between="")
    hour = gharchive.Hour(path, gharchive.Wanted.of([]))
    sizes = [
        sum(map(len, batch["payload"].to_pylist()))
        for table, batch in hour.batches()
        if table == "events"
    ]
    assert len(sizes) > 10
    assert max(sizes) < 25_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A server of what lies in `served`."""
    (tmp_path / "served").mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "served"))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    running = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()


def test_hours_are_fetched_from_the_server(
    place: Place, tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__GHARCHIVE__BASE_URL", server)
    when = hours.ERAS["2024"]
    hours.write(tmp_path / "served", hours.name_of(when), hours.busy("2024"))
    summary = gharchive.load(hours="2024-01-01-15..2024-01-01-16")
    assert summary.rows["events"] == events(place)
    assert summary.notes == ("not on the server: 2024-01-01-16",)
    assert not list(place.data.glob("gharchive-*"))


@pytest.mark.parametrize("text", ["2024-01-01", "2024-13-01-1", "x", ""])
def test_what_names_no_hour_is_refused(place: Place, text: str) -> None:
    with pytest.raises(LoadError, match="hour"):
        gharchive.load(hours=text)


@pytest.mark.slow
def test_merged_requests_are_those_of_an_independent_script(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All eras in one warehouse, one hour twice; and a request that is opened in one era and merged in the next."""
    paths = [hours.write(tmp_path, era, hours.busy(era)) for era in hours.ERAS]
    opened, merged = datetime(2025, 9, 1, 8), datetime(2025, 12, 1, 9)
    told = [
        hours.pull("2024", "opened", 1, opened, opened),
        hours.pull("2026", "closed", 1, opened, merged, is_merged=True),
    ]
    paths.append(hours.write(tmp_path, "both", told))
    gharchive.load(path=tmp_path)
    gharchive.load(path=paths[0])
    Workshop(place, monkeypatch).build("path:models/staging/gharchive", "bots")

    assert Answer(*place.rows(MERGED)[0]) == answer(paths)
    for era, path in zip(hours.ERAS, paths, strict=False):
        found = Answer(*place.rows(f"{MERGED} and repository_key like '%acme-{era}/%'")[0])
        assert found == answer([path]), era
        # 2011 says that a request was closed, and not whether it was merged
        assert (found.merged > 5) == (era != "2011")
    assert not place.rows("from staging.stg_gharchive__quarantine")
    assert place.rows(
        """select opened_at, merged_at, lines_added, merge_commit_sha from staging.stg_gharchive__changes
        where change_key = 'gharchive:1:1'"""
    ) == [(opened, merged, 3, None)]
