"""Recorded GitHub webhook deliveries, from a folder of files → raw_github, one table an entity, bodies verbatim.

Files are read one line or one file at a time, each delivery goes to the table of its event, and batches of Arrow go to
dlt as they fill: memory stays bounded whatever the folder holds. What is no payload lands in `quarantine` with its
file, line, reason and text, and stops nothing.

- `*.jsonl`, `*.ndjson`, also with `.gz`: a delivery a line, `{"headers": {"X-GitHub-Event": …, "X-GitHub-Delivery": …},
  "received_at": …, "body": "<the body's text>"}`; a bare body a line will do.
- `*.json`, `*.json.gz`: one body (its event from the folder or the file's name, `pull_request/opened.payload.json` or
  `pull_request.opened.json`, else from its keys), one delivery as above, or an array of either; also the
  array of `{name, examples}` in which npm's `@octokit/webhooks-examples` keeps its payloads.
"""

import gzip
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import orjson
import pyarrow as pa

from pipelines import landing
from pipelines.github import events
from pipelines.landing import LoadError, LoadSummary, Progress, Record

log = logging.getLogger(__name__)

LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
BODIES = (".json", ".json.gz")
PROGRESS_EVERY = 5_000
# A batch is written when one of its tables has this many characters, so that 25 MB payloads do not pile up.
BATCH_CHARACTERS = 32_000_000
SHOWN_PROBLEMS = 10
QUARANTINED_TEXT = 1_000_000
# An escaped backslash and a whole surrogate pair stay (group 1); what is left of surrogates is a half.
HALVES = re.compile(
    r"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
ADDRESS = re.compile(r"^https?://([^/]+/[^/]+/[^/?#]+?)(?:\.git)?$")

# What a complete record of deliveries vouches for, by the names that the ledger of an API load uses.
VOUCHED = (*dict.fromkeys(events.TABLES.values()), "commits", "tags")


class UnreadableError(ValueError):
    """A text that is no payload; the message says why."""


class Delivery(NamedTuple):
    """What one line or file holds: the body's text, and what its envelope says."""

    text: str
    event: str | None = None
    delivery: str | None = None
    received_at: datetime | None = None


def load_webhooks(
    path: Path | str,
    *,
    complete_from: datetime | None = None,
    complete_until: datetime | None = None,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land every recorded delivery below a folder, or of one file.

    A delivery is known again by its `X-GitHub-Delivery`, else by its content, so that loading a folder twice changes
    nothing downstream. `complete_from` and `complete_until` (UTC) say that the folder holds all deliveries of the
    repositories in it between the two: only then does a week without any count as none. `progress` is called with
    "deliveries" and how many were read.

    Raises `LoadError` where the path does not exist or holds no such file.
    """
    path = Path(path)
    if (complete_from is None) is not (complete_until is None):
        raise LoadError(
            "complete_from and complete_until go together: from when until when is all there?"
        )
    paths = list(found(path))
    folder = Folder(path, progress or tell)
    tables = [
        *dict.fromkeys(events.TABLES.values()),
        events.OTHER,
        events.QUARANTINE,
        events.LEDGER,
    ]
    span = (complete_from, complete_until) if complete_from and complete_until else None
    landing.land("github", [landing.dispatched(folder.batches(paths, span), "webhooks")], tables)
    return LoadSummary("github", dict(folder.rows), tuple(folder.notes()))


def tell(entity: str, rows: int) -> None:
    """Say how far the load is."""
    if rows and rows % (10 * PROGRESS_EVERY) == 0:
        log.info("github: %s %s so far", f"{rows:,}", entity)


def found(path: Path) -> Iterator[Path]:
    """The files to read, in a stable order."""
    if not path.exists():
        raise LoadError(f"{path} does not exist; --webhooks wants a folder of recorded deliveries.")
    candidates = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    files = [p for p in candidates if p.name.endswith(LINES + BODIES)]
    if not files:
        raise LoadError(
            f"{path} holds no recorded delivery: looked for *.json, *.jsonl, *.json.gz and *.jsonl.gz."
        )
    yield from files


@dataclass
class Folder:
    """One load of a folder: what has been read so far."""

    path: Path
    progress: Progress
    rows: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    repaired: int = 0
    repositories: set[str] = field(default_factory=set)

    def batches(
        self, paths: list[Path], span: tuple[datetime, datetime] | None
    ) -> Iterator[tuple[str, pa.Table]]:
        """Arrow batches with the raw table that each is for; the ledger's come last."""
        waiting: dict[str, list[Record]] = {}
        characters: Counter[str] = Counter()
        read = 0
        for path in paths:
            for table, record in self.records(path):
                waiting.setdefault(table, []).append(record)
                characters[table] += len(record.payload)
                read += 1
                if read % PROGRESS_EVERY == 0:
                    self.progress("deliveries", read)
                if len(waiting[table]) >= landing.BATCH or characters[table] >= BATCH_CHARACTERS:
                    characters[table] = 0
                    yield table, self.counted(table, waiting.pop(table))
        self.progress("deliveries", read)
        if span:
            waiting[events.LEDGER] = [
                landing.coverage(repository, entity, *span)
                for repository in sorted(self.repositories)
                for entity in VOUCHED
            ]
        for table, records in waiting.items():
            if records:
                yield table, self.counted(table, records)

    def counted(self, table: str, records: list[Record]) -> pa.Table:
        """One Arrow batch, counted."""
        self.rows[table] += len(records)
        return landing.to_arrow(records)

    def records(self, path: Path) -> Iterator[tuple[str, Record]]:
        """The records of one file with their tables; what cannot be read is one for the quarantine."""
        name = str(path.relative_to(self.path)) if path != self.path else path.name
        guess = event_of_path(path)
        now = landing.now()
        try:
            if path.name.endswith(LINES):
                with (gzip.open if path.name.endswith(".gz") else open)(path, "rb") as lines:
                    for number, line in enumerate(lines, 1):
                        line = line.strip()
                        if line:
                            yield self.record(line, guess, name, number, now)
            else:
                with (gzip.open if path.name.endswith(".gz") else open)(path, "rb") as file:
                    content = file.read()
                yield from self.whole(content, guess, name, now)
        except (OSError, EOFError, gzip.BadGzipFile) as error:
            yield self.quarantined("", f"the file cannot be read: {error}", name, None, now)

    def whole(
        self, content: bytes, guess: str | None, name: str, now: datetime
    ) -> Iterator[tuple[str, Record]]:
        """The records of a file that is one JSON text."""
        if not content.lstrip().startswith(b"["):
            yield self.record(content, guess, name, None, now)
            return
        try:
            elements = json.loads(content)
        except (ValueError, RecursionError) as error:
            yield self.quarantined(decoded(content), f"not JSON: {error}", name, None, now)
            return
        for number, element in enumerate(elements, 1):
            if isinstance(element, dict) and {"name", "examples"} <= element.keys():
                for example in element["examples"]:
                    yield self.record(encoded(example), element["name"], name, number, now)
            else:
                yield self.record(encoded(element), guess, name, number, now)

    def record(
        self, raw: bytes, guess: str | None, name: str, line: int | None, now: datetime
    ) -> tuple[str, Record]:
        """One delivery's record and table, or the quarantine's."""
        try:
            delivery = unwrapped(raw)
            body, text = parsed(delivery.text)
        except UnreadableError as reason:
            return self.quarantined(decoded(raw), str(reason), name, line, now)
        if text is not delivery.text:
            self.repaired += 1
        event = delivery.event or guess or events.infer(body)
        action = body.get("action")
        repository = body.get("repository")
        if isinstance(repository, dict):
            self.seen(repository.get("html_url"))
        return events.table_of(event), Record(
            delivery.delivery or landing.key_of(event, text),
            "webhook",
            f"{event}.{action}" if isinstance(action, str) else event,
            delivery.received_at or now,
            text,
        )

    def seen(self, address: object) -> None:
        """Remember a repository that a delivery is about."""
        match = ADDRESS.match(address) if isinstance(address, str) else None
        if match:
            self.repositories.add(match[1].lower())

    def quarantined(
        self, text: str, reason: str, name: str, line: int | None, now: datetime
    ) -> tuple[str, Record]:
        """The record that keeps what could not be read."""
        place = f"{name}:{line}" if line else name
        self.problems.append(f"{place}: {reason}")
        log.warning("github: %s: %s", place, reason)
        payload = {"file": name, "line": line, "reason": reason, "text": text[:QUARANTINED_TEXT]}
        return events.QUARANTINE, Record(
            landing.key_of(name, line, text), "file", "quarantine", now, landing.dumps(payload)
        )

    def notes(self) -> Iterator[str]:
        """Sentences that the user should read."""
        if self.problems:
            yield (
                f"{len(self.problems):,} could not be read and lie in raw_github.quarantine; "
                "mend the files and load them again:"
            )
            yield from self.problems[:SHOWN_PROBLEMS]
            if len(self.problems) > SHOWN_PROBLEMS:
                yield f"… and {len(self.problems) - SHOWN_PROBLEMS:,} more"
        if self.repaired:
            yield f"in {self.repaired:,} payloads half a character (a lone surrogate) was replaced"
        unknown = self.rows[events.OTHER]
        if unknown:
            yield f"{unknown:,} deliveries of other events are kept in raw_github.other_events"


def event_of_path(path: Path) -> str | None:
    """The event that a file's name or its folder says, where either is one."""
    names = (path.name.split(".", 1)[0], path.parent.name)
    return next((name for name in names if events.is_event(name)), None)


def decoded(raw: bytes) -> str:
    """Text for a person to look at, whatever the bytes are."""
    return raw.decode("utf-8", "replace").replace("\x00", "�")


def encoded(element: Any) -> bytes:
    """An element of an array as a text of its own; an escaped half of a character stays escaped."""
    text = landing.dumps(element)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(element, separators=(",", ":")).encode()


def unwrapped(raw: bytes) -> Delivery:
    """The body of a line or file, and what its envelope says where it has one."""
    try:
        text = raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise UnreadableError(f"not UTF-8: {error.reason} at byte {error.start}") from error
    if not text.startswith('{"headers"') and '"headers"' not in text[:200_000]:
        return Delivery(text)
    try:
        envelope = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UnreadableError(f"not JSON: {error}") from error
    if not isinstance(envelope, dict) or not {"headers", "body"} <= envelope.keys():
        return Delivery(text)
    body, headers = envelope["body"], envelope["headers"]
    if not isinstance(headers, dict):
        raise UnreadableError("the delivery's headers are no JSON object")
    named = {str(key).lower(): value for key, value in headers.items()}
    content = body if isinstance(body, str) else landing.dumps(body)
    if content.startswith("payload="):
        content = parse_qs(content, keep_blank_values=True)["payload"][0]  # a form-encoded hook
    event, delivery = named.get("x-github-event"), named.get("x-github-delivery")
    return Delivery(
        content,
        event if isinstance(event, str) and event else None,
        delivery if isinstance(delivery, str) and delivery else None,
        arrival(envelope.get("received_at")),
    )


def arrival(value: Any) -> datetime | None:
    """The time that an envelope gives, UTC; one without a zone is taken for UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise UnreadableError(f"received_at is no ISO time: {value[:40]!r}") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def parsed(text: str) -> tuple[dict[str, Any], str]:
    """A body and its text; only a text that the warehouse's JSON column would refuse comes back mended."""
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        mended = whole_characters(text)
        try:
            body = orjson.loads(mended)
        except orjson.JSONDecodeError:
            raise UnreadableError(f"not JSON: {error}") from error
        text = mended
    if not isinstance(body, dict):
        raise UnreadableError(f"the body is a JSON {type(body).__name__}, not an object")
    return body, text


def whole_characters(text: str) -> str:
    r"""JSON text with `�` for each escaped half of a character (`\ud83d` without its other half)."""
    return HALVES.sub(lambda match: match[1] or "\\ufffd", text)
