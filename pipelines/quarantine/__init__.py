"""The quarantine: what could not land, why, and the second try after a mend.

`raw_<source>.quarantine` is append-only as every raw table: a row is open until a row of the same `record_key` with the
event `released` stands beside it. What its payload holds is told in `pipelines/webhooks/deliveries.py`.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

import pyarrow as pa

from pipelines import landing
from pipelines.landing import Channel, LoadError, LoadSummary, Record
from pipelines.webhooks import deliveries, folder, keys
from pipelines.webhooks.contract import Delivery, Webhook, webhooks
from pipelines.webhooks.deliveries import QUARANTINE, RELEASED, Reading, UnreadableError

log = logging.getLogger(__name__)

SOURCES = """
    select substr(schema_name, 5) from duckdb_tables()
    where table_name = 'quarantine' and starts_with(schema_name, 'raw_') order by schema_name
"""
LISTED = """
    select
        event,
        coalesce(payload ->> '$.reason', 'unknown') as reason,
        count(distinct record_key) as deliveries,
        strftime(min(received_at) at time zone 'UTC', '%Y-%m-%d %H:%M UTC') as since,
        count(distinct record_key) filter (where record_key not in (select record_key from released)) as open,
        list(distinct payload ->> '$.origin' order by payload ->> '$.origin') filter (
            where channel = 'file' and record_key not in (select record_key from released)
        ) as places
    from {table}
    where event <> 'released'
    group by all
    order by open desc, deliveries desc, event, reason
"""
# A killed load may have appended a row twice: the first one stands for it.
OPEN = """
    select min(rowid) as row_number, min_by(length(cast(payload as varchar)), rowid) as size
    from {table}
    where record_key not in (select record_key from released)
    group by record_key
    order by row_number
"""
WITH = "with released as (select record_key from {table} where event = 'released')"
ROWS = """
    select record_key, channel, received_at, payload from {table}
    where rowid in (select unnest(?)) order by rowid
"""
# Of the files behind a reason, so many are named.
SHOWN = 3
NOT_WHOLE = "only its beginning was kept"
STILL_DAMAGED = "the line itself is damaged"


class Kept(NamedTuple):
    """One open row of the quarantine."""

    record_key: str
    channel: Channel
    received_at: datetime
    payload: dict[str, Any]


def configured() -> bool:
    """False: a load of everything leaves the quarantine alone."""
    return False


def load(retry: bool = False) -> LoadSummary:
    """Tell what the quarantine of each source holds; with `retry`, land before that what can be read by now.

    Raises `LoadError` where what can be read could not land; it stays open, and a second try does no harm.
    """
    rows: Counter[str] = Counter()
    notes: list[str] = []
    for (source,) in landing.landed(SOURCES):
        table = f'"raw_{source}".{QUARANTINE}'
        if retry:
            rows.update(Retry(source, table).run())
        for event, reason, count, since, open_, places in told(LISTED, table):
            notes.append(
                f"{source}: {event}: {reason}: {count:,} since {since}, {open_:,} still open{named(places)}"
            )
            rows["open"] += open_
    if rows["open"] and not retry:
        notes.append("After a fix, `engops load quarantine --retry` lands what can be read then.")
    return LoadSummary(QUARANTINE, dict(rows), tuple(notes))


def named(places: list[str | None] | None) -> str:
    """The first of the files that open rows were read from, with their lines; empty where they came otherwise."""
    known = [place for place in places or [] if place]
    more = f" and {len(known) - SHOWN:,} more" if len(known) > SHOWN else ""
    return f": {', '.join(known[:SHOWN])}{more}" if known else ""


def told(sql: str, table: str) -> list[tuple[Any, ...]]:
    """The rows of a query on one source's quarantine."""
    return landing.landed((WITH + sql).format(table=table))


class Retry:
    """One source's second try."""

    def __init__(self, source: str, table: str) -> None:
        """Nothing is read yet."""
        self.source, self.table = source, table
        self.webhook = webhooks().get(source)
        self.rows: Counter[str] = Counter()
        self.digests: dict[str, str] = {}
        self.releases: list[Record] = []

    def run(self) -> Counter[str]:
        """Land what can be read and then release it; returns the rows of both by raw table.

        Killed before the release, the next try finds what landed and releases it.
        """
        if self.webhook is None:
            return self.rows
        landing.resumed(self.source)
        batches = self.batches(self.webhook)
        first = next(batches, None)
        if first:
            self.land(chain([first], batches))
        lost = keys.missing(self.source, self.digests)
        if lost:
            raise LoadError(f"{lost:,} deliveries are not in raw_{self.source} after their load")
        if self.releases:
            self.land((QUARANTINE, batch) for batch in landing.batches(self.releases))
            self.rows["released"] += len(self.releases)
        return self.rows

    def land(self, batches: Iterable[tuple[str, pa.Table]]) -> None:
        """One dlt load."""
        stream = landing.prepared(self.source, batches)
        landing.land(self.source, [landing.dispatched(stream, QUARANTINE)], [QUARANTINE])

    def batches(self, webhook: Webhook) -> Iterator[tuple[str, pa.Table]]:
        """What can be read and has not landed, as Arrow batches with the raw table of each."""
        for part in self.parts():
            readings = [(kept, again(webhook, kept)) for kept in part]
            readings = [(kept, reading) for kept, reading in readings if reading.problem is None]
            wanted = {reading.record.record_key for _, reading in readings}
            known = keys.known(self.source, wanted, in_quarantine=False)
            by_table: dict[str, list[Record]] = {}
            for kept, reading in readings:
                key, digest = reading.record.record_key, deliveries.digest(reading)
                before = known.get(key, {self.digests.get(key, digest)})
                if digest not in before:
                    continue  # another delivery has its id
                if key not in known and key not in self.digests:
                    self.digests[key] = digest
                    by_table.setdefault(reading.table, []).append(reading.record)
                self.releases.append(release(kept, reading))
            for table, records in by_table.items():
                self.rows[f"{self.source}.{table}"] += len(records)
                yield table, landing.to_arrow(records)

    def parts(self) -> Iterator[list[Kept]]:
        """The open rows in the order in which they came, a bounded number of characters together."""
        part: list[int] = []
        total = 0
        for row, size in told(OPEN, self.table):
            if part and (total + size > landing.BATCH_CHARACTERS or len(part) >= landing.BATCH):
                yield self.kept(part)
                part, total = [], 0
            part.append(row)
            total += size
        if part:
            yield self.kept(part)

    def kept(self, rows: list[int]) -> list[Kept]:
        """These rows of the quarantine."""
        sql = ROWS.format(table=self.table)
        return [
            Kept(key, channel, moment, json.loads(payload))
            for key, channel, moment, payload in landing.landed(sql, [rows])
        ]


def again(webhook: Webhook, kept: Kept) -> Reading:
    """What a row of the quarantine comes to by now."""
    payload, headers = kept.payload, kept.payload.get("headers")
    origin = str(payload.get("origin"))
    try:
        if payload.get("is_cut") or not {"body", "body_base64"} & payload.keys():
            raise UnreadableError(NOT_WHOLE)
        content = deliveries.bytes_of(payload)
        if headers is not None:
            delivery = Delivery(headers, content, kept.received_at)
        elif kept.channel == "file":
            delivery = folder.unwrapped(content, {}, kept.received_at)
        else:
            raise UnreadableError(STILL_DAMAGED)
    except UnreadableError as problem:
        return deliveries.damaged(b"", kept.received_at, origin, problem)
    return deliveries.read(webhook, delivery, origin, kept.channel)


def release(kept: Kept, reading: Reading) -> Record:
    """The row that says that another one has landed, and where."""
    payload = landing.dumps({"table": reading.table, "record_key": reading.record.record_key})
    return Record(kept.record_key, kept.channel, RELEASED, landing.now(), payload)
