"""The drain: what the spool holds lands once, in order, whatever it is, and goes only when it has landed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines import cli, config, landing
from pipelines import webhooks as webhooks_source
from pipelines.landing import LoadError
from pipelines.webhooks import configured, deliveries, drain, folder, load, segments
from pipelines.webhooks.contract import Delivery, webhooks
from tests.conftest import PROJECT, Place

ARRIVED = datetime(2026, 3, 1, 12, tzinfo=UTC)


def line(key: str | None, body: object, event: str = "push", minute: int = 0) -> bytes:
    """One line of the spool, as the receiver writes it."""
    headers = {"x-github-event": event}
    if key:
        headers["x-github-delivery"] = key
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return segments.encode(ARRIVED + timedelta(minutes=minute), headers, content)


def spooled(lines: Iterable[bytes], source: str = "github") -> Path:
    """Lines in the segment that is written now."""
    path = drain.spool() / source / segments.RECEIVING
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(b"".join(lines))
    return path


def left(source: str = "github") -> list[str]:
    """The segments that lie in the spool."""
    return [path.name for path in segments.sealed(drain.spool() / source)]


def quarantine(place: Place, columns: str) -> list[tuple]:
    """Rows of GitHub's quarantine."""
    return place.rows(f"select {columns} from raw_github.quarantine order by all")


def test_what_was_received_lands_in_order_and_leaves_the_spool(place: Place) -> None:
    body = b'{ "ref": "x",  "big": 12345678901234567890123, "ref": "y" }'
    spooled([line("d-1", body), line("d-2", {"number": 1}, "issues", 1), line("d-3", {}, minute=2)])
    assert configured()

    summary = load()

    assert summary.rows == {"github.pushes": 2, "github.issues": 1}
    assert place.rows(
        "select record_key, channel, event, received_at at time zone 'UTC' from raw_github.pushes order by rowid"
    ) == [
        ("d-1", "webhook", "push", datetime(2026, 3, 1, 12)),
        ("d-3", "webhook", "push", datetime(2026, 3, 1, 12, 2)),
    ]
    assert place.rows("select payload from raw_github.pushes where record_key = 'd-1'") == [
        (body.decode(),)
    ]
    assert left() == [] and drain.waiting() == []


def test_a_spool_that_is_empty_again_is_no_error_of_a_schedule(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "sources", lambda: {"webhooks": webhooks_source})
    spooled([line("d-1", {})])
    for told in ("1 github.pushes", "nothing new"):
        result = CliRunner().invoke(cli.app, ["load"])
        assert result.exit_code == 0, result.output
        assert f"load webhooks: {told}" in result.output


def test_a_delivery_that_comes_again_is_dropped_and_one_that_takes_its_id_is_not(
    place: Place,
) -> None:
    spooled([line("d-1", {"n": 1}), line("d-1", {"n": 1}), line("d-2", {"n": 2}), line("d-2", {})])
    load()
    spooled([line("d-1", {"n": 1}), line("d-1", {"n": 3}), line("d-1", {"n": 3}), line("d-2", {})])

    summary = load()

    assert summary.rows == {"github.quarantine": 1}
    assert place.rows("select record_key, payload from raw_github.pushes order by all") == [
        ("d-1", '{"n": 1}'),
        ("d-2", '{"n": 2}'),
    ]
    assert quarantine(place, "payload ->> 'reason', payload ->> 'body'") == [
        (deliveries.CONTRADICTS, '{"n": 3}'),
        (deliveries.CONTRADICTS, "{}"),
    ]
    assert quarantine(place, "count(distinct record_key) = 2, bool_or(record_key like 'd-%')") == [
        (True, False)
    ]


def test_a_delivery_without_an_id_is_known_by_its_content(place: Place) -> None:
    spooled([line(None, {"n": 1}), line(None, {"n": 1}), line(None, {"n": 2})])
    assert load().rows == {"github.pushes": 2}


def test_what_is_older_than_the_window_is_not_looked_at(place: Place) -> None:
    spooled([line("d-1", {"n": 1})])
    load()
    spooled([line("d-1", {"n": 1}, minute=60 * 24 * 8)])
    assert load().rows == {"github.pushes": 1}  # staging keeps one


DEEP = b'{"a":' * 1100 + b"1" + b"}" * 1100
NOT_TAKEN = {
    "not-json": (b"{not json", deliveries.NOT_JSON, "$.*"),
    "broken-off": (b'{"commits": [{"id": "a"}, {"id": "b', deliveries.NOT_JSON, "$.commits[1].id"),
    "empty": (b"", deliveries.NOT_JSON, "$"),
    "nan": (b'{"a": NaN}', deliveries.NOT_JSON, "$.a"),
    "trailing-comma": (b'{"a": 1,}', deliveries.NOT_JSON, "$.a"),
    "nul-byte": (b'{"a": "x\x00y"}', deliveries.NOT_JSON, "$.a"),
    "array": (b"[1]", deliveries.NO_OBJECT, "$"),
    "number": (b"1", deliveries.NO_OBJECT, "$"),
    "not-utf8": (b'{"a": "\xff\xfe"}', deliveries.NOT_UTF8, None),
    "deep": (DEEP, deliveries.TOO_DEEP, "$" + ".a" * 20 + "…"),
    "exponent": (b'{"a": [0, 1e400]}', deliveries.TOO_BIG_A_NUMBER, "$.a[1]"),
    "digits": (b'{"a": %b}' % (b"9" * 5000), deliveries.TOO_BIG_A_NUMBER, "$.a"),
}


def test_what_cannot_land_is_kept_whole_with_the_reason_and_the_place(place: Place) -> None:
    spooled([line(key, body) for key, (body, _, _) in NOT_TAKEN.items()])
    spooled([line("unknown", {"a": 1}, "no_such_event"), line("fine", {"ref": "x"})])

    summary = load()

    assert summary.rows == {"github.pushes": 1, "github.quarantine": len(NOT_TAKEN) + 1}
    found = {
        key: (event, reason, path, deliveries.bytes_of(json.loads(payload)))
        for key, event, reason, path, payload in quarantine(
            place, "record_key, event, payload ->> 'reason', payload ->> 'path', payload"
        )
    }
    assert found == {
        key: ("push", reason, path, body) for key, (body, reason, path) in NOT_TAKEN.items()
    } | {"unknown": ("no_such_event", deliveries.UNRECOGNISED, None, b'{"a": 1}')}
    origins = quarantine(place, "payload ->> 'origin', payload ->> '$.headers.x-github-event'")
    assert ("000000000001.jsonl:1", "push") in origins
    spooled([line(key, body) for key, (body, _, _) in NOT_TAKEN.items()])
    assert load().rows == {}


TAKEN = {
    "nul": rb'{"a": "x\u0000y"}',
    "twice": b'{"a": 1, "a": 2}',
    "integers": b'{"a": 18446744073709551616, "b": -9223372036854775809}',
    "fraction": b'{"a": 0.%b, "b": 1e-400, "c": -0}' % (b"9" * 5000),
    "deep": b'{"a":' * 1000 + b"1" + b"}" * 1000,
    "wide": b'{"a": [%b1]}' % (b"[]," * 100_000),
    "long": b'{"a": "%b"}' % (b"<script>" * 131_072),
    "marks": '{"a": "\u2028\u202e\ufffe{{ x }}\'\\"; drop table", "": 1}'.encode(),
    "bom": b'\xef\xbb\xbf{"a": 1}',
}


def test_what_lands_is_what_came_and_duckdb_can_read_it(place: Place) -> None:
    spooled([line(key, body) for key, body in TAKEN.items()])
    spooled([line("half", rb'{"a": "\ud83d", "b": "\ud83d\ude00"}')])
    assert load().rows == {"github.pushes": len(TAKEN) + 1}
    landed = dict(place.rows("select record_key, cast(payload as varchar) from raw_github.pushes"))
    # what the JSON column refuses is mended: a mark in front, half a character
    expected = {key: body.decode("utf-8-sig") for key, body in TAKEN.items()}
    assert landed == expected | {"half": r'{"a": "\ufffd", "b": "\ud83d\ude00"}'}
    place.rows(
        """select json_extract(payload, ['$.a', '$.b', '$.a.a.a']), json_extract_string(payload, '$.a'),
        json_array_length(payload, '$.a'), json_extract(payload, '$.a[*]'), md5(payload ->> '$.a')
        from raw_github.pushes"""
    )


def test_an_event_called_released_releases_nothing(place: Place) -> None:
    spooled([line("d-1", {}, "released")])
    load()
    assert quarantine(place, "record_key, event") == [("d-1", "unknown")]


def test_a_damaged_line_is_set_aside_and_the_rest_lands(place: Place) -> None:
    broken = line("d-2", {"n": 2}).replace(b"2}", b"3}")
    spooled([line("d-1", {"n": 1}), broken, line("d-3", {"n": 3})])
    assert load().rows == {"github.pushes": 2, "github.quarantine": 1}
    columns = (
        "payload ->> 'reason', payload ->> 'origin', payload ->> 'headers', payload ->> 'body'"
    )
    assert quarantine(place, columns) == [
        (drain.DAMAGED, "000000000001.jsonl:2", None, broken.decode())
    ]


def test_a_source_that_fails_keeps_no_other(place: Place) -> None:
    spooled([b"{}\n"], "no_such_source")
    spooled([line("d-1", {"n": 1})])
    with pytest.raises(LoadError, match=r"no_such_source: nobody reads its deliveries"):
        load()
    assert place.rows("select count(*) from raw_github.pushes") == [(1,)]
    assert (drain.spool() / "no_such_source" / segments.RECEIVING).read_bytes() == b"{}\n"


def test_a_mistake_in_a_source_s_own_code_stops_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = webhooks()["github"]
    for name in ("event", "table", "delivery_id", "content"):
        broken = type(webhook)(**{**vars(webhook), name: lambda *arguments: {}["nothing"]})
        reading = deliveries.read(
            broken, Delivery({"x-github-event": "push"}, b"{}", ARRIVED), "here"
        )
        assert reading.table == "quarantine"
        assert json.loads(reading.record.payload)["reason"] == deliveries.UNEXPECTED


def test_a_load_that_is_not_there_keeps_its_segments(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    spooled([line("d-1", {"n": 1})])
    monkeypatch.setattr(landing, "land", lambda *arguments: None)
    with pytest.raises(LoadError, match="1 of 1 deliveries are not in raw_github after their load"):
        load()
    assert left() == ["000000000001.jsonl"]


def test_a_backlog_is_drained_in_rounds(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "ROUND_BYTES", 1_000)
    monkeypatch.setattr(landing, "BATCH", 3)
    for part in range(4):
        spooled(line(f"d-{part}-{n}", {"n": n, "x": "x" * 100}, minute=part) for n in range(8))
        segments.seal(drain.spool() / "github")
    assert load().rows == {"github.pushes": 32}
    assert place.rows("select record_key from raw_github.pushes order by rowid") == [
        (f"d-{part}-{n}",) for part in range(4) for n in range(8)
    ]
    assert place.rows("select count(*) from raw_github._dlt_loads") == [(4,)]


# Ends a drain before the functions named, one after the other; each is run by a process of its own.
KILLED = """
import os, signal, sys
from pipelines import landing
from pipelines.webhooks import drain, keys, load, segments
module, name = sys.argv[1].split(".")
setattr(vars()[module], name, lambda *arguments: os.kill(os.getpid(), signal.SIGKILL))
load()
"""
STEPS = ("landing.resumed", "landing.land", "keys.missing", "landing.sync", "segments.remove")


@pytest.mark.slow
def test_killed_between_any_two_steps_it_lands_once(place: Place) -> None:
    for number, step in enumerate(STEPS):
        spooled(line(f"d-{n}", {"n": n}) for n in range(number, number + 20))
        ended = subprocess.run([sys.executable, "-c", KILLED, step], cwd=PROJECT, env=os.environ)
        assert ended.returncode == -signal.SIGKILL
        assert len(left()) == number + 1
    assert load().rows == {}
    assert place.rows("select count(*), count(distinct record_key) from raw_github.pushes") == [
        (24, 24)
    ]
    assert left() == []


def test_a_spool_can_be_loaded_as_a_folder(place: Place) -> None:
    path = spooled([line("d-1", {"n": 1}), line("d-2", b'{"n": "\xff"}')])
    assert folder.load_folder("github", path).rows == {"pushes": 1, "quarantine": 1}
    assert quarantine(place, "record_key, channel, payload ->> 'body_base64'") == [
        ("d-2", "file", "eyJuIjogIv8ifQ==")
    ]


def test_links_that_lead_out_are_told_and_not_followed(place: Place, tmp_path: Path) -> None:
    recorded = tmp_path / "recorded"
    (tmp_path / "elsewhere").mkdir()
    recorded.mkdir()
    (tmp_path / "elsewhere" / "secret.json").write_text('{"zen": "x"}')
    (recorded / "push.json").write_text('{"ref": "x"}')
    (recorded / "again.push.json").symlink_to(recorded / "push.json")
    (recorded / "out\x1b[2J.json").symlink_to(tmp_path / "elsewhere" / "secret.json")
    (recorded / "folder").symlink_to(tmp_path / "elsewhere")
    summary = folder.load_folder("github", recorded)
    assert sum(summary.rows.values()) == 2
    assert summary.notes[-1] == (
        "1 links that lead out of the folder were not followed: out\\x1b[2J.json"
    )


def test_what_is_too_large_is_set_aside_unread(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "MAX_BODY", 2_000)
    monkeypatch.setattr(folder, "LARGEST_LINE", 4_000)
    monkeypatch.setattr(folder, "KEPT_OF_LARGE", 100)
    path = tmp_path / "large.jsonl"
    small = '{"ref": "x", "before": "a", "after": "b"}'
    large = ['{"a": "' + "x" * size + '"}' for size in (3_000, 3_000_000)]
    path.write_text("\n".join([small, *large, small, large[1]]))
    assert folder.load_folder("github", path).rows == {"pushes": 2, "quarantine": 3}
    columns = "payload ->> 'origin', payload ->> 'reason', payload ->> 'detail', length(payload ->> 'body')"
    assert quarantine(place, columns) == [
        ("large.jsonl:2", folder.TOO_LARGE, "3,009 bytes", 100),
        ("large.jsonl:3", folder.TOO_LARGE, "3,000,010 bytes", 100),
        ("large.jsonl:5", folder.TOO_LARGE, "3,000,009 bytes", 100),
    ]


def test_the_place_in_a_body_is_shown_without_what_it_says() -> None:
    text = '{"a": {"x": [1, {"k\\"ey": "v", "b": "un'
    assert deliveries.path_at(text, len(text)) == "$.a.x[1].b"
    assert deliveries.path_at('{"alice@example.org": 1e999', 27) == "$.*"
    assert deliveries.path_at("[" * 9_000, 9_000).endswith("[0]…")


def test_nothing_waits_where_there_is_no_spool(place: Place) -> None:
    assert not configured() and load().rows == {}
    assert not (config.data_dir() / "spool").exists()
