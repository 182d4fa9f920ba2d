"""One hour of the archive, from its file into raw_gharchive: one load, a bounded number of events in memory."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from pipelines import landing
from pipelines.gharchive import archive, events
from pipelines.gharchive.events import Event, Wanted
from pipelines.landing import Progress, Record
from pipelines.webhooks import deliveries
from pipelines.webhooks.deliveries import QUARANTINE, UnreadableError

PROGRESS_EVERY = 50_000
LEDGER = "load_ledger"
BROKEN_FILE = "the file cannot be read"
NO_EVENT = "not an event"


@dataclass
class Hour:
    """A file of events, and what has been read of it."""

    file: Path
    wanted: Wanted
    progress: Progress | None = None
    rows: Counter[str] = field(default_factory=Counter)
    read: int = 0
    landed: int = 0
    unread: int = 0
    problem: str = ""
    # How many events happened in each hour (UTC): files before 2015 are named after another zone's.
    times: Counter[datetime] = field(default_factory=Counter)
    repositories: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.file.name.partition(".")[0]

    def load(self) -> "Hour":
        """Land it."""
        tables = [events.TABLE, LEDGER, QUARANTINE]
        landing.land("gharchive", [landing.dispatched(self.batches(), "hour")], tables)
        return self

    def batches(self) -> Iterator[tuple[str, pa.Table]]:
        """Arrow batches with the raw table that each is for; the ledger's come last."""
        waiting: dict[str, list[Record]] = {}
        size = 0
        for table, record in self.records():
            waiting.setdefault(table, []).append(record)
            self.rows[table] += 1
            size += len(record.payload)
            if size >= landing.BATCH_CHARACTERS:
                yield from ((name, landing.to_arrow(records)) for name, records in waiting.items())
                waiting, size = {}, 0
        if not self.problem:
            waiting[LEDGER] = list(self.coverage())
        yield from (
            (name, landing.to_arrow(records)) for name, records in waiting.items() if records
        )

    def records(self) -> Iterator[tuple[str, Record]]:
        """The records of the file that land, each with its table."""
        now = landing.now()
        try:
            with archive.opened(self.file) as content:
                for number, text in enumerate(archive.texts(content), 1):
                    try:
                        found = self.record(text, now)
                    except UnreadableError as wrong:
                        self.unread += 1
                        origin = f"{self.file.name}:{number}"
                        kept = deliveries.damaged(text, now, origin, wrong, "file")
                        yield QUARANTINE, kept.record
                        continue
                    if found:
                        yield found
        except archive.BROKEN as error:
            self.problem = type(error).__name__
            problem = UnreadableError(BROKEN_FILE, self.problem)
            kept = deliveries.damaged(b"", now, self.file.name, problem, "file", is_cut=True)
            yield QUARANTINE, kept.record

    def record(self, text: bytes, now: datetime) -> tuple[str, Record] | None:
        """The record of an event and its table; None for one that is left out."""
        event, payload, _ = deliveries.parsed(text)
        if not isinstance(event.get("type"), str):
            raise UnreadableError(NO_EVENT, "it has no type")
        self.read += 1
        if self.progress and self.read % PROGRESS_EVERY == 0:
            self.progress("events", self.read)
        self.timed(event)
        repository = events.repository(event)
        if event["type"] not in events.TYPES or not self.wanted.takes(repository):
            return None
        self.landed += 1
        if self.wanted.is_part:
            self.repositories.add(repository)
        key = events.record_key(event, payload)
        return events.TABLE, Record(key, "file", events.name_of(event), now, payload)

    def timed(self, event: Event) -> None:
        """Count the hour in which an event happened."""
        told = event.get("created_at")
        try:
            moment = (
                datetime.fromisoformat(told.replace("/", "-")) if isinstance(told, str) else None
            )
        except ValueError:
            return
        if moment and moment.tzinfo:
            self.times[moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)] += 1

    def coverage(self) -> Iterator[Record]:
        """What this hour vouches for, from the hour in which most of its events happened.

        Of a part, each repository that is wanted by its name, and those of a wanted owner that were seen.
        """
        if not self.times:
            return
        since = max(self.times, key=lambda hour: (self.times[hour], hour))
        names = sorted(self.wanted.repositories | self.repositories)
        scopes = (
            [events.HOST + name for name in names] if self.wanted.is_part else [events.EVERYTHING]
        )
        for scope in scopes:
            for entity in events.VOUCHED:
                yield landing.coverage(scope, entity, since, since + timedelta(hours=1))
