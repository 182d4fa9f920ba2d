"""The quarantine: told by reason, tried again after a mend, and never landed twice."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from pipelines import cli, config, landing
from pipelines.quarantine import load as second_try
from pipelines.webhooks import deliveries, load
from pipelines.webhooks.folder import load_folder
from tests.conftest import PROJECT, Place
from tests.test_drain import line, spooled


def engops(*arguments: str) -> Result:
    """Run one command in this process."""
    return CliRunner().invoke(cli.app, list(arguments))


@pytest.fixture
def unknown_event(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Code that does not know pushes; undo it, and it is mended."""
    from pipelines.github import events

    monkeypatch.setattr(events, "is_event", lambda name: name != "push")
    return monkeypatch


def pushes(place: Place) -> list[str]:
    """The keys of the pushes that landed."""
    return [key for (key,) in place.rows("select record_key from raw_github.pushes order by all")]


def test_it_is_told_by_source_event_and_reason(place: Place) -> None:
    assert engops("load", "quarantine").output.startswith("load quarantine: nothing new")
    spooled([line("d-1", b"{"), line("d-2", b"["), line("d-3", b"[]", "issues", 5)])
    load()
    result = engops("load", "quarantine")
    assert result.exit_code == 0
    assert "load quarantine: 3 open" in result.output
    assert "github: push: not JSON: 2 since 2026-03-01 12:00 UTC, 2 still open" in result.output
    assert "github: issues: not a JSON object: 1 since 2026-03-01 12:05 UTC, 1 still open" in (
        result.output
    )
    assert "engops load quarantine --retry" in result.output


def test_what_can_be_read_after_a_mend_lands_and_is_released(
    place: Place, unknown_event: pytest.MonkeyPatch
) -> None:
    spooled([line("d-1", b'{ "n": 1 }'), line("d-2", b"{"), line(None, {"n": 3})])
    load()
    assert second_try(retry=True).rows == {"open": 3}
    unknown_event.undo()
    place.use(unknown_event)

    result = engops("load", "quarantine", "--retry")

    assert result.exit_code == 0
    assert "2 github.pushes, 2 released, 1 open" in result.output
    assert "github: push: not JSON: 1 since 2026-03-01 12:00 UTC, 1 still open" in result.output
    assert (
        "github: push: nobody recognises the event: 2 since 2026-03-01 12:00 UTC, 0 still open"
    ) in result.output
    assert place.rows(
        """select channel, event, received_at at time zone 'UTC' = '2026-03-01 12:00', payload
        from raw_github.pushes where record_key = 'd-1'"""
    ) == [("webhook", "push", True, '{ "n": 1 }')]
    assert place.rows(
        """select record_key, json_extract_string(payload, ['$.table', '$.record_key'])
        from raw_github.quarantine where event = 'released' and record_key = 'd-1'"""
    ) == [("d-1", ["pushes", "d-1"])]
    assert second_try(retry=True).rows == {"open": 1}
    assert len(pushes(place)) == 2
    # what is sent again has landed
    spooled([line("d-1", b'{ "n": 1 }'), line(None, {"n": 3})])
    assert load().rows == {}


def test_a_repetition_that_landed_meanwhile_releases_the_row(
    place: Place, unknown_event: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spooled([line("d-1", {"n": 1}), line("d-2", {"n": 2})])
    load()
    unknown_event.undo()
    place.use(unknown_event)
    path = tmp_path / "again.jsonl"
    path.write_bytes(line("d-1", {"n": 1}) + line("d-2", {"n": "another"}))
    load_folder("github", path)
    assert second_try(retry=True).rows == {"released": 1, "open": 1}
    assert pushes(place) == ["d-1", "d-2"]


def test_an_id_with_other_content_stays_set_aside(place: Place) -> None:
    spooled([line("d-1", {"n": 1}), line("d-1", {"n": 2})])
    load()
    assert second_try(retry=True).rows == {"open": 1}
    assert pushes(place) == ["d-1"]


def test_a_line_of_a_file_is_read_again_as_one_and_a_damaged_one_is_not(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.webhooks import folder

    path = tmp_path / "recorded.jsonl"
    path.write_text('{"headers": {"X-GitHub-Event": "push"}, "body": {"n": 1}, "received_at": "?"}')
    real = folder.arrival
    load_folder("github", path)
    spooled([line("d-1", {"n": 1}).replace(b"1}", b"2}"), line("d-2", b"")])
    load()
    assert second_try(retry=True).rows == {"open": 3}
    monkeypatch.setattr(folder, "arrival", lambda value, now: real(None, now))
    assert second_try(retry=True).rows == {"github.pushes": 1, "released": 1, "open": 2}


def test_what_was_cut_is_not_taken_for_the_whole(place: Place) -> None:
    landing.prepare("github", ["quarantine"])
    problem = deliveries.UnreadableError("too large")
    reading = deliveries.damaged(b'{"zen": 1}', landing.now(), "x", problem, "file", is_cut=True)
    landing.land("github", [landing.entity([reading.record], "quarantine")])
    assert second_try(retry=True).rows == {"open": 1}


def test_rows_of_an_earlier_format_are_told_and_left(place: Place) -> None:
    payload = json.dumps({"file": "a.jsonl", "line": 2, "reason": "not JSON", "text": "{"})
    record = landing.Record("old", "file", "quarantine", landing.now(), payload)
    landing.prepare("github", ["quarantine"])
    landing.land("github", [landing.entity([record], "quarantine")])
    summary = second_try(retry=True)
    assert summary.rows == {"open": 1}
    assert summary.notes[0].startswith("github: quarantine: not JSON: 1 since ")


def test_a_row_that_was_appended_twice_lands_once(
    place: Place, unknown_event: pytest.MonkeyPatch
) -> None:
    spooled([line("d-1", {"n": 1})])
    load()
    with duckdb.connect(str(config.warehouse_path())) as connection:
        connection.execute("insert into raw_github.quarantine from raw_github.quarantine")
    unknown_event.undo()
    place.use(unknown_event)
    assert second_try(retry=True).rows == {"github.pushes": 1, "released": 1, "open": 0}
    assert pushes(place) == ["d-1"]


KILLED = """
import os, signal
from pipelines import quarantine
quarantine.release = lambda *arguments: None
quarantine.keys.missing = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
quarantine.load(retry=True)
"""


@pytest.mark.slow
def test_killed_before_the_release_it_lands_once(
    place: Place, unknown_event: pytest.MonkeyPatch
) -> None:
    spooled([line("d-1", {"n": 1})])
    load()
    ended = subprocess.run([sys.executable, "-c", KILLED], cwd=PROJECT, env=os.environ)
    assert ended.returncode == -signal.SIGKILL
    assert pushes(place) == ["d-1"]
    unknown_event.undo()
    place.use(unknown_event)
    assert second_try(retry=True).rows == {"released": 1, "open": 0}
    assert pushes(place) == ["d-1"]
