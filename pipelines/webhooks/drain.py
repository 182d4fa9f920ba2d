"""The drain: sealed segments of the spool → raw_<source>, each delivery once, in order; then the segments go.

For each source: seal, let dlt finish what a killed run left behind, read the segments in rounds of bounded size, leave
out what has landed already, land the rest in one dlt load, see that every key of the round is in the warehouse and that
the warehouse is on disk, and only then remove the round's segments. Killed anywhere, the next drain reads the segments
that are left and finds what landed: nothing is lost, and nothing lands twice.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pyarrow as pa

from pipelines import config, landing
from pipelines.landing import LoadError, LoadSummary
from pipelines.webhooks import deliveries, keys, segments
from pipelines.webhooks.contract import Delivery, Webhook, webhooks
from pipelines.webhooks.deliveries import QUARANTINE, Reading
from pipelines.webhooks.segments import Damaged, Line

log = logging.getLogger(__name__)

# A round holds its keys in memory, and its segments stay until it has landed.
ROUND_BYTES = 128 * 2**20
DAMAGED = "damaged in the spool"


def spool() -> Path:
    """The folder that the receiver writes to."""
    return config.data_dir() / "spool"


def received() -> list[str]:
    """The sources of which something has ever lain in the spool."""
    return segments.sources(spool())


def waiting() -> list[str]:
    """The sources of which something lies in the spool."""
    return [name for name in received() if segments.size(spool() / name)]


def load() -> LoadSummary:
    """Land what the receiver has acknowledged until now, of every source.

    Raises `LoadError` where a source's deliveries could not land, once the others have, and `BusyError` at once where
    another process has the warehouse open; what has not landed stays in the spool.
    """
    hooks = webhooks()
    rows: Counter[str] = Counter()
    notes: list[str] = []
    failed: list[str] = []
    for source in waiting():
        drain = Drain(source, hooks.get(source))
        try:
            drain.run()
        except Exception as error:  # one source's trouble, whatever it is, must not keep the others
            if held := landing.busy(error):
                raise held from error  # and it is open for the others too
            log.debug("webhooks: %s", source, exc_info=True)
            failed.append(f"{source}: {landing.cause(error)}")
            continue
        rows.update({f"{source}.{table}": count for table, count in drain.rows.items()})
        notes += drain.notes()
    if failed:
        for note in notes:
            log.info("webhooks: %s", note)
        raise LoadError("\n".join(["what could not land stays in the spool:", *failed]))
    return LoadSummary("webhooks", dict(rows), tuple(notes))


@dataclass
class Round:
    """Some segments that land together: which keys they hold, with the digest of each, and since when."""

    segments: list[Path]
    digests: dict[str, str] = field(default_factory=dict)
    since: datetime = field(default_factory=landing.now)


@dataclass
class Drain:
    """One source's drain: what has landed so far."""

    source: str
    webhook: Webhook | None
    rows: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    mended: int = 0

    def run(self) -> None:
        """Land and remove every segment that there is now; what arrives meanwhile waits for the next time."""
        if self.webhook is None:
            raise LoadError(
                f"nobody reads its deliveries: there is no pipelines/{self.source}/webhook.py"
            )
        self.webhook.ready()
        sealed = segments.seal(spool() / self.source)
        landing.prepare(self.source, [QUARANTINE])
        landing.resumed(self.source)
        for number, round_ in enumerate(rounds(sealed)):
            if number:
                done = sum(self.rows.values())
                log.info("webhooks: %s: %s landed so far", self.source, f"{done:,}")
            self.land(round_)

    def land(self, round_: Round) -> None:
        """Land one round, see that it is there, and remove its segments."""
        batches = self.batches(round_)
        first = next(batches, None)
        if first:
            stream = landing.prepared(self.source, chain([first], batches))
            landing.land(self.source, [landing.dispatched(stream, "webhooks")], [QUARANTINE])
        # A key that had landed before this round was found there.
        lost = keys.missing(self.source, round_.digests, round_.since)
        if lost:
            raise LoadError(
                f"{lost:,} of {len(round_.digests):,} deliveries are not in raw_{self.source} after their load; "
                f"{round_.segments[0]} and what follows stay"
            )
        landing.sync()
        segments.remove(round_.segments)

    def batches(self, round_: Round) -> Iterator[tuple[str, pa.Table]]:
        """What is new in a round's segments, as Arrow batches with the raw table of each."""
        batch: list[Reading] = []
        size = 0
        for segment in round_.segments:
            for line in segments.read(segment):
                reading = self.reading(segment, line)
                batch.append(reading)
                size += len(reading.record.payload)
                if len(batch) >= landing.BATCH or size >= landing.BATCH_CHARACTERS:
                    yield from self.tables(self.unknown(batch, round_))
                    batch, size = [], 0
        yield from self.tables(self.unknown(batch, round_))

    def reading(self, segment: Path, line: Line | Damaged) -> Reading:
        """What one line of a segment comes to."""
        assert self.webhook is not None  # noqa: S101
        origin = f"{segment.name}:{line.number}"
        if isinstance(line, Damaged):
            # The time of the file, since the line's own cannot be believed.
            moment = datetime.fromtimestamp(segment.stat().st_mtime, UTC)
            problem = deliveries.UnreadableError(DAMAGED, line.reason)
            content = deliveries.without(self.webhook, line.content, moment)
            return deliveries.damaged(content, moment, origin, problem)
        delivery = Delivery(line.headers, line.body, line.received_at)
        # What was parsed takes several times the room of its text, and a batch is thousands.
        return deliveries.read(self.webhook, delivery, origin)._replace(body=None)

    def unknown(self, batch: list[Reading], round_: Round) -> Iterator[Reading]:
        """The readings that have not landed; one that has the id of another, and other content, is set aside."""
        if not batch:
            return
        since = min(reading.record.received_at for reading in batch)
        round_.since = min(round_.since, since)
        landed = keys.known(self.source, {reading.record.record_key for reading in batch}, since)
        aside: list[Reading] = []
        for reading in batch:
            state = self.seen(reading, round_, landed)
            if state is None:
                aside.append(deliveries.contradicting(reading))
            elif not state:
                yield reading
        landed = keys.known(self.source, {reading.record.record_key for reading in aside}, since)
        yield from (reading for reading in aside if not self.seen(reading, round_, landed))

    def seen(self, reading: Reading, round_: Round, landed: dict[str, set[str]]) -> bool | None:
        """True where this very delivery came before, None where another one has its id; a new one is remembered."""
        key, digest = reading.record.record_key, deliveries.digest(reading)
        before = landed.get(key, set())
        if key in round_.digests:
            before = before | {round_.digests[key]}
        if not before:
            round_.digests[key] = digest
            return False
        if digest not in before:
            return None
        self.repeated += 1
        return True

    def tables(self, readings: Iterator[Reading]) -> Iterator[tuple[str, pa.Table]]:
        """One Arrow batch for each raw table, counted."""
        by_table: dict[str, list[landing.Record]] = {}
        for reading in readings:
            by_table.setdefault(reading.table, []).append(reading.record)
            self.mended += reading.is_mended
        for table, records in by_table.items():
            self.rows[table] += len(records)
            yield table, landing.to_arrow(records)

    def notes(self) -> Iterator[str]:
        """Sentences that the user should read."""
        if self.rows[QUARANTINE]:
            yield (
                f"{self.source}: {self.rows[QUARANTINE]:,} are set aside in raw_{self.source}.quarantine; "
                "`engops load quarantine` says why"
            )
        if self.repeated:
            yield f"{self.source}: {self.repeated:,} came again and had landed"
        if self.mended:
            yield f"{self.source}: in {self.mended:,} half a character (a lone surrogate) was replaced"


def rounds(sealed: list[Path]) -> Iterator[Round]:
    """The segments in order, a bounded number of bytes together."""
    part: list[Path] = []
    size = 0
    for segment in sealed:
        length = segment.stat().st_size
        if part and size + length > ROUND_BYTES:
            yield Round(part)
            part, size = [], 0
        part.append(segment)
        size += length
    if part:
        yield Round(part)
