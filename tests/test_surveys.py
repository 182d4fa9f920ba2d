"""Surveys: who answered and what was written in words lies nowhere, and what is wrong is told by place."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from pipelines import config, landing, surveys
from pipelines import webhooks as drain
from pipelines.quarantine import load as quarantine
from pipelines.surveys import privacy
from pipelines.surveys.webhook import WEBHOOK, content
from pipelines.webhooks import segments
from pipelines.webhooks.contract import Delivery
from tests.conftest import Place
from tests.sources.surveys import ADDRESS, CASE, FIRST, ITEMS, SENTENCE, land
from tests.workshop import SALT

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PLANTED = (ADDRESS, SENTENCE, FIRST["token"], "1f2e-planted-network", ADDRESS.partition("@")[0])


@pytest.fixture
def place(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A warehouse with a salt that is known."""
    monkeypatch.setenv("ENGOPS__SALT", SALT)
    return place


def bytes_of(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file, and of the warehouse every payload, which lies there compressed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()
    sql = "select schema_name, table_name from duckdb_tables() where schema_name like 'raw!_%' escape '!'"
    for schema, table in landing.landed(sql):
        for row in landing.landed(f'select * from "{schema}"."{table}"'):
            yield Path(schema, table), repr(row).encode()


def leaks(folder: Path) -> list[tuple[str, str]]:
    """Where something that was planted lies."""
    return [
        (word, str(path))
        for path, found in bytes_of(folder)
        for word in PLANTED
        if word.encode() in found
    ]


def deliver(*bodies: bytes) -> Path:
    """The segment with what the receiver keeps of genuine deliveries."""
    path = config.data_dir() / "spool" / "surveys" / segments.RECEIVING
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(segments.encode(NOW, {}, body) for body in bodies))
    return path


@pytest.mark.slow
def test_nobody_and_no_word_lies_anywhere(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "files").mkdir()
    land(tmp_path / "files")
    genuine, *_ = CASE.deliveries()
    body = genuine.content
    partial = json.dumps(
        {"event_id": "02", "event_type": "form_response_partial", "form_response": FIRST}
    )
    odd = json.dumps(
        {"event_id": "03", "event_type": "never_heard_of", "form_response": FIRST, "who": ADDRESS}
    )
    deliver(
        body,
        partial.encode(),
        odd.encode(),
        body[:-9],
        b"\xff" + body,
        f'["{ADDRESS}"]'.encode(),
    )
    assert leaks(place.data / "spool"), "the spool keeps what came until it is drained"
    drain.load()
    assert CASE.api
    with CASE.api.serving("surveys", monkeypatch):
        CASE.api.run("surveys")
    counted = "select count(*), count(*) filter (where channel = 'api') from raw_surveys.responses"
    assert place.rows(counted) == [(13, 5)]
    reasons = place.rows("select payload ->> 'reason' from raw_surveys.quarantine order by 1")
    assert reasons == [("nobody recognises the event",)] * 4
    assert leaks(place.data) == []
    quarantine(retry=True)
    assert leaks(place.data) == []


@pytest.mark.slow
def test_a_damaged_line_of_the_spool_is_not_kept(place: Place) -> None:
    genuine, *_ = CASE.deliveries()
    segment = deliver(genuine.content, b"{}")
    segment.write_bytes(segment.read_bytes().replace(b"Pulse", b"Pu_se"))
    drain.load()
    assert place.rows("select payload ->> 'reason' from raw_surveys.quarantine")[0] == (
        "damaged in the spool",
    )
    assert leaks(place.data) == []


def test_what_passed_once_passes_unchanged(place: Place) -> None:
    by = privacy.rules()
    for told in (*ITEMS, FIRST):
        once = privacy.kept({**told, "form_id": "f"}, by)
        assert privacy.kept(once, by) == once
    genuine, *_ = CASE.deliveries()
    stripped = content(Delivery({}, genuine.content, NOW))
    assert stripped != genuine.content
    assert WEBHOOK.content(Delivery({}, stripped, NOW)) == stripped
    unread = content(Delivery({}, b"{" + ADDRESS.encode(), NOW))
    assert content(Delivery({}, unread, NOW)) == unread
    assert ADDRESS.encode() not in unread


def test_a_person_has_the_hash_of_every_other_source(place: Place) -> None:
    hashed = privacy.rules().hashed(f" {ADDRESS.upper()} ")
    assert hashed == f"h:{md5(f'{SALT}{ADDRESS}'.encode()).hexdigest()}"
    # an id that looks like a hash is none
    assert (
        privacy.rules().hashed("a3a12ec67a1365927098a606107fac15")
        != "a3a12ec67a1365927098a606107fac15"
    )


HOSTILE: list[dict[str, Any]] = [
    {"answers": SENTENCE, "hidden": [ADDRESS], "token": [ADDRESS], "definition": [ADDRESS]},
    {"form_id": ADDRESS, "submitted_at": SENTENCE, "token": None,
     "hidden": {"team": ADDRESS, "service": f"a\n{SENTENCE}"}},
    {"answers": [{"number": SENTENCE, "field": {"ref": ADDRESS, "id": {"a": SENTENCE}}}]},
    {"answers": [{"choice": {"label": {"a": SENTENCE}}, "choices": {"labels": [[SENTENCE]]}, "field": {"ref": "q"}}]},
    {"answers": [{"choice": SENTENCE, "choices": SENTENCE, "boolean": SENTENCE, "scale_min": SENTENCE, "number": 1}]},
    {"hidden": {"invited": SENTENCE, "respondent": {"email": ADDRESS}, "email": [ADDRESS], SENTENCE: 1}},
    {"definition": {"fields": [SENTENCE, {"id": ADDRESS, "properties": {"steps": 5}}]},
     "answers": [{"field": SENTENCE}]},
]  # fmt: skip


@pytest.mark.parametrize("told", HOSTILE)
def test_a_field_of_another_kind_lets_nothing_through(place: Place, told: dict[str, Any]) -> None:
    kept = json.dumps(privacy.kept(told, privacy.rules()))
    assert not [word for word in PLANTED if word in kept], kept


def test_words_are_kept_where_they_are_asked_for(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__SURVEYS__FREE_TEXT", '["why"]')
    (tmp_path / "a.csv").write_text(f"submitted_at,why,other\n2026-03-02,{SENTENCE},{SENTENCE}\n")
    summary = surveys.load(path=tmp_path)
    ((answers,),) = place.rows(
        "select payload ->> '$.form_response.answers' from raw_surveys.responses"
    )
    assert json.loads(answers) == [{"field": {"ref": "why"}, "text": SENTENCE}]
    assert summary.notes[0].startswith("other: 1 answers are in words and were not kept")


def test_what_is_wrong_is_told_by_file_line_and_field(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.csv").write_text(
        f"submitted_at,ease [1..5]\n02.03.2026,4\n2026-03-02,{SENTENCE}\n2026-03-02,4\n"
    )
    (folder / "b.json").write_text('{"items": [{"token": "x"}, 7]}')
    (folder / "c.jsonl").write_text('{"token": "y"\n')
    (folder / "d.csv.gz").write_bytes(b"no archive")
    (folder / "out.json").symlink_to("/etc/hostname")
    summary = surveys.load(path=folder)
    assert summary.notes[:-1] == (
        "5 are not right; mend and load again:",
        "a.csv:2: submitted_at is missing or none",
        "a.csv:3: ease: number is no number",
        "b.json: b.json:2 is no object; what it said before stays",
        "c.jsonl: no JSON in line 1; what it said before stays",
        "d.csv.gz: cannot be read (BadGzipFile); what it said before stays",
    )
    assert summary.notes[-1].endswith("are: out.json")
    assert summary.rows == {"responses": 3, "files": 1, "quarantine": 3}


def test_what_has_not_changed_lands_no_second_time_and_what_has_is_the_newest(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("submitted_at,ease\n2026-03-02,4\n2026-03-02,5\n")
    assert surveys.load(path=path).rows == {"responses": 2, "files": 1}
    assert surveys.load(path=path).rows == {}
    path.write_text("submitted_at,ease\n2026-03-02,4\n")
    assert surveys.load(path=path).rows == {"responses": 1, "files": 1}
    path.write_text("submitted_at,ease\n2026-03-02,\xff\n", encoding="latin-1")
    assert surveys.load(path=path).rows == {"quarantine": 1, "files": 1}
    assert surveys.load(path=path, full_refresh=True).rows == {"quarantine": 1, "files": 1}
    monkeypatch.setenv("SOURCES__SURVEYS__SCALES", '{"ease": "1..5"}')
    assert surveys.load(path=path).rows == {"quarantine": 1, "files": 1}
    kept = "select count(*), count(distinct payload ->> 'file') from raw_surveys."
    assert place.rows(f"{kept}responses") == [(3, 1)]
    assert place.rows(f"{kept}files") == [(5, 1)]


def test_a_score_outside_its_scale_is_told(place: Place) -> None:
    scale = {"field": {"ref": "ease"}, "scale_min": 5, "scale_max": 1}
    told = {"form_id": "f", "token": "t", "submitted_at": "2026-03-02"}
    answers = [{**scale, "number": score} for score in (0, 1, 5, 5.5)]
    kept = privacy.kept({**told, "answers": answers}, privacy.rules())
    assert privacy.problems(kept) == ["ease: number is outside its scale"] * 2


def test_a_scale_that_is_none_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__SURVEYS__SCALES", '{"ease": "five"}')
    with pytest.raises(landing.LoadError, match=r"ease is none such as 1\.\.5"):
        privacy.rules()
