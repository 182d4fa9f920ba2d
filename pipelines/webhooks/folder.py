"""Recorded deliveries of any source, from a folder of files → raw_<source>, read as the drain reads them.

Files are read one line or one file at a time, each delivery goes to the raw table of its event, and batches of Arrow go
to dlt as they fill: memory stays bounded whatever the folder holds. What is no delivery lands in `quarantine` and stops
nothing; a link that leads out of the folder is not followed.

- `*.jsonl`, `*.ndjson`, also with `.gz`: a delivery a line, `{"headers": {…}, "received_at": …, "body": "<the body's
  text>"}` (or `"body_base64"`), as the spool keeps it; a bare body a line will do.
- `*.json`, `*.json.gz`: one body, one delivery as above, or an array of either; also the array of `{name, examples}`
  in which a vendor publishes its examples.
"""

import gzip
import json
import logging
import zlib
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines import landing
from pipelines.landing import LoadError, LoadSummary, Progress, Record
from pipelines.webhooks import deliveries
from pipelines.webhooks.contract import MAX_BODY, Body, Delivery, Webhook, webhooks
from pipelines.webhooks.deliveries import QUARANTINE, Reading, UnreadableError
from pipelines.webhooks.reading import OTHER

log = logging.getLogger(__name__)

LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
BODIES = (".json", ".json.gz")
PROGRESS_EVERY = 5_000
SHOWN_PROBLEMS = 10
# The line that records a body may be twice as long, since quotes are escaped there.
LARGEST_LINE = 2 * MAX_BODY + 2**20
# So much is kept of what is larger; the file has the rest.
KEPT_OF_LARGE = 2**16

TOO_LARGE = "too large"
NO_DELIVERY = "not a recorded delivery"
BROKEN_FILE = "the file cannot be read"

# The headers that stand for a name of a file or folder that is an event's; none where it is no event's.
Named = Callable[[str], Mapping[str, str]]


def load_folder(
    source: str,
    path: Path | str,
    *,
    named: Named = lambda name: {},
    seen: Callable[[Body], None] = lambda body: None,
    ledger: Callable[[], Iterable[Record]] = tuple,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land every recorded delivery below a folder, or of one file.

    A delivery is known again by its id, else by its content, so that loading a folder twice changes nothing
    downstream. `named` gives the headers that a file's or its folder's name stands for, `seen` is told of each body,
    and the rows of `ledger` land last. `progress` is called with "deliveries" and how many were read.

    Raises `LoadError` where the path does not exist or holds no such file.
    """
    webhook = webhooks()[source]
    webhook.ready()
    folder = Folder(source, webhook, Path(path), named, seen, progress or _teller(source))
    files = list(folder.files())
    batches = landing.prepared(source, folder.batches(files, ledger))
    landing.land(source, [landing.dispatched(batches, "webhooks")], [QUARANTINE])
    return LoadSummary(source, dict(folder.rows), tuple(folder.notes()))


def folder_or(source: str, load_api: Callable[..., LoadSummary]) -> Callable[..., LoadSummary]:
    """The `load` of a source that has an API and webhooks: `load_api` takes `since`, `full_refresh`, `progress`."""

    def load(
        *,
        webhooks: Path | str | None = None,
        since: datetime | None = None,
        full_refresh: bool = False,
        progress: Progress | None = None,
    ) -> LoadSummary:
        """Land recorded webhooks where a path is given, else what is new in the API.

        Raises `LoadError` where nothing can be read.
        """
        if webhooks is not None:
            return load_folder(source, webhooks, progress=progress)
        return load_api(since=since, full_refresh=full_refresh, progress=progress)

    return load


def folder_of(source: str) -> Callable[..., LoadSummary]:
    """The `load` of recorded webhooks of a source that has no other, or another one."""

    def load(*, webhooks: Path | str, progress: Progress | None = None) -> LoadSummary:
        """Land recorded webhooks; raises `LoadError` where nothing can be read."""
        return load_folder(source, webhooks, progress=progress)

    return load


def _teller(source: str) -> Progress:
    """Says how far the load is."""

    def tell(entity: str, rows: int) -> None:
        if rows and rows % (10 * PROGRESS_EVERY) == 0:
            log.info("%s: %s %s so far", source, f"{rows:,}", entity)

    return tell


@dataclass
class Folder:
    """One load of a folder: what has been read so far."""

    source: str
    webhook: Webhook
    path: Path
    named: Named
    seen: Callable[[Body], None]
    progress: Progress
    rows: Counter[str] = field(default_factory=Counter)
    unread: int = 0
    # The first of them, a sentence each.
    problems: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    mended: int = 0

    def files(self) -> Iterator[Path]:
        """The files to read, in a stable order."""
        if not self.path.exists():
            raise LoadError(
                f"{self.path} does not exist; --webhooks wants a folder of recorded deliveries."
            )
        candidates = [self.path]
        if not self.path.is_file():
            candidates, root = [], self.path.resolve()
            for file in sorted(file for file in self.path.rglob("*") if file.is_file()):
                if file.resolve().is_relative_to(root):
                    candidates.append(file)
                else:
                    self.outside.append(self.name(file))
        found = [file for file in candidates if file.name.endswith(LINES + BODIES)]
        if not found:
            raise LoadError(
                f"{self.path} holds no recorded delivery: looked for *.json, *.jsonl, *.json.gz and *.jsonl.gz."
            )
        yield from found

    def name(self, file: Path) -> str:
        """A file's name below the folder, fit to be shown: what cannot be printed is escaped."""
        name = str(file.relative_to(self.path)) if file != self.path else file.name
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)

    def batches(
        self, files: list[Path], ledger: Callable[[], Iterable[Record]]
    ) -> Iterator[tuple[str, pa.Table]]:
        """Arrow batches with the raw table that each is for; the ledger's come last."""
        waiting: dict[str, list[Record]] = {}
        characters: Counter[str] = Counter()
        read = 0
        for file in files:
            for reading in self.readings(file):
                table, record = reading.table, self.counted(reading)
                waiting.setdefault(table, []).append(record)
                characters[table] += len(record.payload)
                read += 1
                if read % PROGRESS_EVERY == 0:
                    self.progress("deliveries", read)
                if (
                    len(waiting[table]) >= landing.BATCH
                    or characters[table] >= landing.BATCH_CHARACTERS
                ):
                    characters[table] = 0
                    yield table, landing.to_arrow(waiting.pop(table))
        self.progress("deliveries", read)
        for table, records in waiting.items():
            yield table, landing.to_arrow(records)
        if rows := list(ledger()):
            self.rows["load_ledger"] += len(rows)
            yield "load_ledger", landing.to_arrow(rows)

    def counted(self, reading: Reading) -> Record:
        """A reading's record; what there is to tell of it is kept for the end."""
        self.rows[reading.table] += 1
        self.mended += reading.is_mended
        if reading.body is not None:
            self.seen(reading.body)
        if reading.problem:
            place = f"{reading.origin}: {reading.problem}"
            self.unread += 1
            if len(self.problems) < SHOWN_PROBLEMS:
                self.problems.append(place)
            log.warning("%s: %s", self.source, place)
        return reading.record

    def readings(self, file: Path) -> Iterator[Reading]:
        """What the deliveries of one file come to; what cannot be read is for the quarantine."""
        name, headers, now = self.name(file), self.headers(file), landing.now()
        try:
            with (gzip.open if file.name.endswith(".gz") else open)(file, "rb") as content:
                if file.name.endswith(LINES):
                    for number, (line, length) in enumerate(lines(content), 1):
                        if line.strip():
                            yield self.reading(line, headers, f"{name}:{number}", now, length)
                else:
                    yield from self.whole(*next(lines(content, whole=True)), headers, name, now)
        except (OSError, EOFError, zlib.error) as error:
            problem = UnreadableError(BROKEN_FILE, type(error).__name__)
            yield deliveries.damaged(b"", now, name, problem, "file", is_cut=True)

    def headers(self, file: Path) -> Mapping[str, str]:
        """The headers that a file's name or its folder's stand for, where either is an event's."""
        return self.named(file.name.split(".", 1)[0]) or self.named(file.parent.name)

    def whole(
        self, content: bytes, length: int, headers: Mapping[str, str], name: str, now: datetime
    ) -> Iterator[Reading]:
        """The readings of a file that is one JSON text."""
        if not content.lstrip().startswith(b"[") or length > len(content):
            yield self.reading(content, headers, name, now, length)
            return
        try:
            elements = json.loads(content)
        except (ValueError, RecursionError):
            yield self.reading(content, headers, name, now, length)
            return
        for number, element in enumerate(elements, 1):
            place = f"{name}:{number}"
            if isinstance(element, dict) and {"name", "examples"} <= element.keys():
                told = self.named(str(element["name"]))
                for example in element["examples"]:
                    yield self.reading(encoded(example), told, place, now)
            else:
                yield self.reading(encoded(element), headers, place, now)

    def reading(
        self, raw: bytes, headers: Mapping[str, str], origin: str, now: datetime, length: int = 0
    ) -> Reading:
        """What one delivery comes to; `length` is that of the whole, where `raw` is only its beginning."""
        raw = raw.strip()
        try:
            if length > LARGEST_LINE:
                raise UnreadableError(TOO_LARGE, f"{length:,} bytes")
            delivery = unwrapped(raw, headers, now)
            if len(delivery.body) > MAX_BODY:
                raise UnreadableError(TOO_LARGE, f"{len(delivery.body):,} bytes")
        except UnreadableError as problem:
            is_cut = problem.reason == TOO_LARGE
            kept = raw[:KEPT_OF_LARGE] if is_cut else raw
            return deliveries.damaged(kept, now, origin, problem, "file", is_cut)
        return deliveries.read(self.webhook, delivery, origin, "file")

    def notes(self) -> Iterator[str]:
        """Sentences that the user should read."""
        if self.unread:
            yield (
                f"{self.unread:,} could not be read and lie in raw_{self.source}.quarantine; "
                "mend the files and load them again:"
            )
            yield from self.problems
            if self.unread > len(self.problems):
                yield f"… and {self.unread - len(self.problems):,} more"
        if self.outside:
            yield (
                f"{len(self.outside):,} links that lead out of the folder were not followed: "
                f"{', '.join(self.outside[:3])}{', …' if len(self.outside) > 3 else ''}"
            )
        if self.mended:
            yield f"in {self.mended:,} payloads half a character (a lone surrogate) was replaced"
        if others := self.rows[OTHER]:
            yield f"{others:,} deliveries of other events are kept in raw_{self.source}.{OTHER}"


def lines(content: BufferedIOBase, whole: bool = False) -> Iterator[tuple[bytes, int]]:
    """The lines of a file, or all of it as one, each with its length; of what is too long only the beginning."""
    take = content.read if whole else content.readline
    while line := take(LARGEST_LINE + 1):
        length = len(line)
        if length > LARGEST_LINE:
            line = line[:KEPT_OF_LARGE]
            while rest := take(2**20):
                length += len(rest)
                if rest.endswith(b"\n") and not whole:
                    break
        yield line, length
        if whole:
            return
    if whole:
        yield b"", 0


def encoded(element: Any) -> bytes:
    """An element of an array as a text of its own; an escaped half of a character stays escaped."""
    text = landing.dumps(element)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(element, separators=(",", ":")).encode()


def unwrapped(raw: bytes, headers: Mapping[str, str], now: datetime) -> Delivery:
    """The delivery that a line or file records; a bare body has the headers that its place stands for."""
    bare = Delivery(headers, raw, now)
    if not raw.startswith((b'{"headers"', b'{"crc"')) and b'"headers"' not in raw[:200_000]:
        return bare
    try:
        envelope = deliveries.parsed(raw)[0]
    except UnreadableError:
        return bare  # what is wrong with it is told as of any body
    if "headers" not in envelope or not {"body", "body_base64"} & envelope.keys():
        return bare
    told = envelope["headers"]
    if not isinstance(told, dict):
        raise UnreadableError(NO_DELIVERY, "its headers are no JSON object")
    kept = {str(key).lower(): value for key, value in told.items() if isinstance(value, str)}
    return Delivery(
        {**headers, **kept}, body_of(envelope), arrival(envelope.get("received_at"), now)
    )


def body_of(envelope: dict[str, Any]) -> bytes:
    """The body's bytes, whichever way they are kept."""
    if "body" not in envelope:
        try:
            return b64decode(envelope["body_base64"], validate=True)
        except (ValueError, TypeError) as error:
            raise UnreadableError(NO_DELIVERY, "its body_base64 is none") from error
    body = envelope["body"]
    return body.encode() if isinstance(body, str) else landing.dumps(body).encode()


def arrival(value: Any, now: datetime) -> datetime:
    """The time that an envelope gives, UTC; one without a zone is taken for UTC."""
    if not isinstance(value, str):
        return now
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableError(NO_DELIVERY, "its received_at is no ISO time") from error
