"""The surveys source: Typeform's webhooks and API, and answers of any tool as CSV or JSON → raw_surveys.

Where a file changed, what it says now replaces all that it said before. Each version of a file lands as rows in
`responses` and one row in `files`, in one load; what has not changed lands no second time.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import dlt
import orjson
import pyarrow as pa

from pipelines import files as exported
from pipelines import landing
from pipelines.landing import LoadError, LoadSummary, Progress, Record
from pipelines.surveys import api, files, privacy
from pipelines.surveys.webhook import RESPONSE
from pipelines.webhooks import reading
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

    Of files only those that are new or changed are read. Raises `LoadError` where a path or Typeform cannot
    be read.
    """
    named = path or dlt.config.get("sources.surveys.path", str)
    told = (
        [load_files(Path(named).expanduser(), full_refresh=full_refresh, progress=progress)]
        if named
        else []
    )
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


def load_files(
    path: Path, *, full_refresh: bool = False, progress: Progress | None = None
) -> LoadSummary:
    """Land the files of a path that are new or changed; what is wrong is told with file, line and question.

    A file that cannot be read to its end lands not at all, and what it said before stays.
    """
    by = privacy.rules()
    found = exported.found(path, files.NAMES)
    landing.resumed("surveys")
    known = {} if full_refresh else exported.newest("surveys")
    rows: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    wrong: list[str] = []

    def aside(origin: str, problem: UnreadableError) -> tuple[str, pa.Table]:
        """A row of the quarantine, without what stood there."""
        rows[QUARANTINE] += 1
        return QUARANTINE, exported.set_aside(b"", origin, problem)

    def batches() -> Iterator[tuple[str, pa.Table]]:
        """Every changed file's responses, without people and words, then the file itself."""
        for file in found:
            called = exported.name_of(file, path)
            name, digest = str(by.hashed(called)), digest_of(file, by)
            if known.get(name) == digest:
                continue
            if error := exported.broken(files.rows(file, called, by)):
                wrong.append(f"{called}: {error}; what it said before stays")
                yield aside(called, UnreadableError(BROKEN_FILE, error))
                continue
            seen_at = landing.now()
            version = {"file": name, "seen_at": seen_at.isoformat()}
            batch: list[Record] = []
            for row in files.rows(file, called, by):
                if isinstance(row, files.Wrong):
                    wrong.append(f"{row.origin}: {row.problem}")
                    yield aside(*row)
                    continue
                rows[TABLE] += 1
                left_out.update(row.left_out)
                kept = privacy.kept(row.response, by)
                wrong.extend(f"{row.origin}: {one}" for one in privacy.problems(kept))
                batch.append(record(row, kept, version))
                if len(batch) >= landing.BATCH:
                    yield TABLE, landing.to_arrow(batch)
                    batch = []
                    if progress:
                        progress(TABLE, rows[TABLE])
            if batch:
                yield TABLE, landing.to_arrow(batch)
            rows[exported.VERSIONS] += 1
            yield exported.VERSIONS, exported.version(name, digest, seen_at)

    tables = (TABLE, exported.VERSIONS, QUARANTINE)
    landing.land("surveys", [landing.dispatched(batches(), "records")], tables)
    notes = [
        f"{question}: {count:,} answers are in words and were not kept; docs/sources/surveys.md"
        for question, count in sorted(left_out.items())
    ]
    notes += exported.noted(wrong, "are not right")
    notes += exported.unread(path, files.NAMES)
    return LoadSummary("surveys", dict(rows), tuple(notes))


def digest_of(file: Path, by: privacy.Rules) -> str:
    """What a file holds and how it is read; salted, so that nobody can try what might stand in it."""
    told = (sorted(by.free_text), sorted(by.scales.items()), sorted(by.invited.items()))
    return exported.digest_of(file, by.salt, *told)


def record(row: files.Row, kept: dict[str, object], version: dict[str, str]) -> Record:
    """One row of the raw table; a delivery that was recorded keeps its id, and no file takes it back."""
    if row.event_id:
        sent = {"event_id": reading.identifier(row.event_id), "event_type": "form_response"}
        text = orjson.dumps({**sent, "form_response": kept}).decode()
        key = sent["event_id"] or landing.key_of("form_response", text)
        return Record(key, "file", "form_response", landing.now(), text)
    key = landing.key_of(RESPONSE, *version.values(), row.origin)
    told = {"event_type": RESPONSE, **version, "form_response": kept}
    return Record(key, "file", RESPONSE, landing.now(), orjson.dumps(told).decode())
