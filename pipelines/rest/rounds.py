"""A load of one source's API: every scope's lists, part by part, each part in the ledger once it has landed."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import dlt
import pyarrow as pa
import requests
from dlt.pipeline.exceptions import PipelineStepFailed
from dlt.sources.helpers.rest_client.client import RESTClient

from pipelines import landing
from pipelines.landing import LoadError, LoadSummary, Progress, Record
from pipelines.rest import ledger as memory
from pipelines.rest.api import Api, Item, Listing, Scope
from pipelines.rest.client import session_of
from pipelines.rest.ledger import Ledger, Part
from pipelines.rest.reading import Reading
from pipelines.rest.walk import Row, Walk, descendants
from pipelines.rest.watch import ExpiredError, FailedError, RefusedError, Watch

log = logging.getLogger(__name__)

# A load of dlt costs 0.4 s: parts are gathered until this time is over, and land together.
SECONDS_A_LOAD = 60.0
# What one list may meet that is not the others' trouble; the last four are answers that nobody foresaw.
TROUBLE = (
    *(FailedError, ExpiredError, requests.RequestException),
    *(ValueError, LookupError, TypeError, AttributeError),
)

Listings = Callable[[Scope], Iterable[Listing]]


def load(
    api: Api,
    scopes: Iterable[Scope],
    listings: Listings,
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in every list of every scope.

    `since` (UTC) reaches back to a time: at first for no more than that, later to read that much again.
    `full_refresh` reads everything again. `progress` is called with `<scope> <table>` and the table's rows so far.

    What may not be read is told in the notes and stays unknown. Raises `LoadError` where the configuration or the token
    does not do, and, once the others have landed, where a list could not be read to its end.
    """
    reading = begin(api, full_refresh=full_refresh, progress=progress)
    landing.resumed(api.source)
    run = Load(reading, list(scopes), listings, since, memory.ledgers(api.source))
    try:
        run.run()
    except PipelineStepFailed as error:
        if held := landing.busy(error):
            raise held from error
        raise LoadError(landing.cause(error)) from error
    watch = reading.watch
    if watch.failed:
        for note in watch.notes():
            log.info("%s: %s", api.source, note)
        failed = [f"{what}: {why}" for what, why in watch.failed.items()]
        raise LoadError(
            "\n".join(["could not be read to their end; what landed stays, load again:", *failed])
        )
    return LoadSummary(api.source, dict(watch.rows), tuple(watch.notes()))


def ask(api: Api, listing: Listing) -> list[Item]:
    """All items of one list, for a source that must know them before it knows its scopes; lands nothing."""
    reading = begin(api)
    try:
        return [item for items, _ in reading.pages(listing, {}, None) for item in items]
    except (RefusedError, *TROUBLE) as error:
        raise LoadError(f"{api.title} does not tell its {listing.table}: {said(error)}") from error


def reach(
    api: Api,
    path: str,
    params: Mapping[str, Any] | None = None,
    body: Mapping[str, Any] | None = None,
) -> None:
    """Ask one thing that costs little, once; lands nothing. Raises `LoadError` with what the API says."""
    reading = begin(api, patient=False)
    try:
        next(reading.pages(Listing("answer", path, params=params or {}, body=body), {}, None), None)
    except (RefusedError, *TROUBLE) as error:
        raise LoadError(said(error)) from error


def begin(
    api: Api,
    *,
    full_refresh: bool = False,
    progress: Progress | None = None,
    patient: bool = True,
) -> Reading:
    """What all walks of a load share: the session, and what it meets."""
    base_url = url_of(api)
    session = session_of(
        api.source,
        api.title,
        base_url,
        lambda _: api.auth(),
        headers={"User-Agent": "engops", **api.headers},
        pause=api.pause,
        patient=patient,
    )
    client = RESTClient(base_url, session=session)
    watch = Watch(api.source, api.title, progress or tell(api.source), api.refusal)
    return Reading(api.source, base_url, client, watch, full_refresh)


def url_of(api: Api) -> str:
    """The API's address: the configured one, or the vendor's public one."""
    found = dlt.config.get(f"sources.{api.source}.{api.address}", str) or api.base_url
    if not found:
        raise LoadError(
            f"{api.address} is missing: write your {api.title}'s address into [sources.{api.source}] of"
            " .dlt/config.toml"
        )
    return str(found).rstrip("/")


def tell(source: str) -> Progress:
    """Says how far a load is."""
    return lambda entity, rows: (
        log.info("%s: %s %s so far", source, f"{rows:,}", entity) if rows % 1000 == 0 else None
    )


class Load:
    """The walks of one load, in rounds: each round is one load of dlt."""

    def __init__(
        self,
        reading: Reading,
        scopes: list[Scope],
        listings: Listings,
        since: datetime | None,
        ledgers: dict[str, Ledger],
    ) -> None:
        """Nothing is read yet."""
        self.reading = reading
        self.scopes = deque(scopes)
        self.listings = listings
        self.since = since
        self.ledgers = ledgers
        self.until = landing.now()
        self.walks: deque[Walk] = deque()

    def run(self) -> None:
        """Read and land until nothing is left: the first part of every list first."""
        while self.scopes or self.walks:
            batches = landing.prepared(self.reading.source, self.round())
            resource = landing.dispatched(batches, "api")
            landing.land(self.reading.source, [resource], [memory.TABLE])

    def round(self) -> Iterator[tuple[str, pa.Table]]:
        """The batches of as many parts as fit into the time, then what the ledger says of them."""
        self.reading.ends = time.monotonic() + SECONDS_A_LOAD
        rows: list[Record] = []
        yield from batched(self.parts(rows))
        if rows:
            yield memory.TABLE, landing.to_arrow(rows)

    def parts(self, ledger_rows: list[Record]) -> Iterator[Row]:
        """The rows of the parts of one round."""
        while self.scopes or self.walks:
            if self.scopes:
                self.walks.extendleft(reversed(self.begin(self.scopes.popleft())))
                if not self.walks:
                    continue
            walk = self.walks.popleft()
            yield from self.part(walk, ledger_rows)
            if walk.position is not None:
                self.walks.append(walk)
            if time.monotonic() >= self.reading.ends:
                return

    def begin(self, scope: Scope) -> list[Walk]:
        """The walks of a scope, each where it begins or goes on."""
        ledger = self.ledgers.get(scope.key) or Ledger(scope.key)
        try:
            return [
                Walk(self.reading, ledger, scope, listing, self.first(ledger, listing))
                for listing in self.listings(scope)
            ]
        except (RefusedError, *TROUBLE) as error:
            self.reading.watch.failed[str(scope)] = said(error)
            return []

    def first(self, ledger: Ledger, listing: Listing) -> Part:
        """Where a walk begins, or goes on after a load that was killed."""
        place = ledger.places.get(listing.walk)
        if place and not self.since and not self.reading.full_refresh:
            return place
        earliest = self.until - listing.history if listing.window else None
        names = [listing.walk, *(child.walk for child in descendants(listing))]
        covered = [ledger.until[name] for name in names if name in ledger.until]
        if listing.walk not in ledger.until or self.reading.full_refresh:
            return Part(self.since or earliest, self.until)
        start = min(covered) - listing.look_back
        start = min(start, self.since) if self.since else start
        still_open = [datetime.fromisoformat(clock) for clock in ledger.open[listing.walk]]
        return Part(min([start, *still_open]), self.until, recent=start)

    def part(self, walk: Walk, ledger_rows: list[Record]) -> Iterator[Row]:
        """The rows of one part; what it has seen goes to the ledger's."""
        watch, scope = self.reading.watch, str(walk.scope)
        before = walk.position
        try:
            yield from walk.read()
            if walk.position is None:
                yield from walk.end()
                ledger_rows += walk.covers()
                return
        except RefusedError as error:
            for table in walk.listing.tables:
                watch.problems.setdefault((scope, table), str(error))
            walk.position = None
            return
        except TROUBLE as error:
            log.debug("%s: %s %s", watch.source, scope, walk.listing.table, exc_info=True)
            watch.failed[f"{scope} {walk.listing.table}"] = said(error)
            reached, walk.position = walk.position, None
            if reached is None or reached == before:
                return
            ledger_rows.append(walk.place(reached))
            return
        ledger_rows.append(walk.place(walk.position))


def batched(rows: Iterable[Row]) -> Iterator[tuple[str, pa.Table]]:
    """Arrow tables of bounded size, each with the raw table that it goes to."""
    tables: dict[str, list[Record]] = {}
    size = count = 0
    for table, record in rows:
        tables.setdefault(table, []).append(record)
        size, count = size + len(record.payload), count + 1
        if count >= landing.BATCH or size >= landing.BATCH_CHARACTERS:
            yield from ((name, landing.to_arrow(records)) for name, records in tables.items())
            tables, size, count = {}, 0, 0
    yield from ((name, landing.to_arrow(records)) for name, records in tables.items())


def said(error: Exception) -> str:
    """What an error says to a person; of those that nobody foresaw, only the kind, since they quote what they got."""
    if isinstance(error, (RefusedError, FailedError, ExpiredError)):
        return str(error)
    if isinstance(error, requests.RequestException):
        return f"{type(error).__name__}: {str(error).partition(chr(10))[0][:200]}"
    return f"an answer is not as expected ({type(error).__name__})"
