"""The surveys source: Typeform's webhooks and API, and answers of any tool as CSV or JSON → raw_surveys."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import dlt
import orjson

from pipelines import files as exported
from pipelines import landing
from pipelines.landing import LoadError, LoadSummary, Progress, Record
from pipelines.surveys import api, files, privacy
from pipelines.surveys.webhook import RESPONSE
from pipelines.webhooks import deliveries, reading
from pipelines.webhooks.deliveries import QUARANTINE, UnreadableError
from pipelines.webhooks.folder import BROKEN_FILE

TABLE = "responses"


def configured() -> bool:
    """True where `[sources.surveys]` names a folder of files, or forms with a token."""
    return bool(dlt.config.get("sources.surveys.path", str)) or api.configured()


def reach() -> None:
    """Look for the folder, and ask Typeform where forms are named; raises `LoadError` where either does not do."""
    exported.reached(dlt.config.get("sources.surveys.path", str))
    if api.configured():
        api.reach()


def load(
    *,
    path: Path | str | None = None,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land the responses of a path where one is given, else those of the configured folder and forms.

    A response that has landed changes nothing when it comes again. Raises `LoadError` where a path or Typeform cannot
    be read.
    """
    named = path or dlt.config.get("sources.surveys.path", str)
    told = [load_files(Path(named).expanduser(), progress=progress)] if named else []
    if path is None and api.configured():
        told.append(api.load_api(since=since, full_refresh=full_refresh, progress=progress))
    if not told:
        raise LoadError(
            "nothing is configured: write path, or forms and a token, into [sources.surveys] of .dlt/config.toml"
        )
    rows: Counter[str] = Counter()
    for summary in told:
        rows.update(summary.rows)
    return LoadSummary("surveys", dict(rows), tuple(note for one in told for note in one.notes))


def load_files(path: Path, *, progress: Progress | None = None) -> LoadSummary:
    """Land the responses of a file or a folder; what is wrong is told with file, line and question."""
    by = privacy.rules()
    found = exported.found(path, files.NAMES)
    rows: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    wrong: list[str] = []
    broken: list[Record] = []

    def set_aside(origin: str, problem: UnreadableError) -> None:
        """A row of the quarantine, without what stood there."""
        reading = deliveries.damaged(b"", landing.now(), origin, problem, "file", is_cut=True)
        broken.append(reading.record)

    def records() -> Iterator[Record]:
        """Every response, without people and words."""
        for file in found:
            called = exported.name_of(file, path)
            try:
                for row in files.rows(file, called, by):
                    if isinstance(row, files.Wrong):
                        wrong.append(f"{row.origin}: {row.problem}")
                        set_aside(*row)
                        continue
                    rows[TABLE] += 1
                    left_out.update(row.left_out)
                    kept = privacy.kept(row.response, by)
                    wrong.extend(f"{row.origin}: {one}" for one in privacy.problems(kept))
                    if progress and rows[TABLE] % landing.BATCH == 0:
                        progress(TABLE, rows[TABLE])
                    yield record(row, kept)
            except exported.BrokenError as error:
                wrong.append(f"{called}: {error}; what stands before it has landed")
                set_aside(called, UnreadableError(BROKEN_FILE, str(error)))

    landing.land("surveys", [landing.entity(records(), TABLE)])
    if broken:
        landing.land("surveys", [landing.entity(broken, QUARANTINE)])
        rows[QUARANTINE] = len(broken)
    notes = [
        f"{question}: {count:,} answers are in words and were not kept; docs/sources/surveys.md"
        for question, count in sorted(left_out.items())
    ]
    notes += exported.noted(wrong, "are not right")
    notes += exported.unread(path, files.NAMES)
    return LoadSummary("surveys", dict(rows), tuple(notes))


def record(row: files.Row, kept: dict[str, object]) -> Record:
    """One row of the raw table; a delivery that was recorded keeps its id."""
    sent = {"event_id": reading.identifier(row.event_id)} if row.event_id else {}
    event = "form_response" if sent else RESPONSE
    text = orjson.dumps({**sent, "event_type": event, "form_response": kept}).decode()
    return Record(
        sent.get("event_id") or landing.key_of(event, text), "file", event, landing.now(), text
    )
