"""One walk through a list of one scope: its pages, the items' children, and where it stands."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from dlt.sources.helpers.rest_client.paginators import (
    HeaderCursorPaginator,
    JSONResponseCursorPaginator,
)

from pipelines import landing
from pipelines.landing import Record
from pipelines.rest.api import Item, Listing, Scope
from pipelines.rest.client import text_of
from pipelines.rest.ledger import Ledger, Part
from pipelines.rest.question import (
    clock_of,
    moment,
    record_key,
    stretch,
    tombstone,
    value_of,
    whole_item,
)
from pipelines.rest.reading import Reading
from pipelines.rest.watch import ABSENT, ExpiredError, FailedError, RefusedError

NARROWEST = timedelta(minutes=1)
# What is older and still open is given up: nobody will approve it, or it is a run that the vendor has forgotten.
LONGEST_OPEN = timedelta(days=60)
# Cursors hold their place while the list changes; numbers of pages do not.
CURSORS = (JSONResponseCursorPaginator, HeaderCursorPaginator)
# Of more than so many known items, a list that lacks this share is not believed.
FEW, SHORT = 5, 0.8

Row = tuple[str, Record]
# What is asked, from which page on, and the time that the first item must not be after.
Question = tuple[Mapping[str, Any], Any, datetime | None]


@dataclass
class Walk:
    """The walk of one listing, part by part; `position` is null once it has come to its end.

    `clock` is that of the list's item which is being taken, with all that is asked of it.
    """

    reading: Reading
    ledger: Ledger
    scope: Scope
    listing: Listing
    part: Part
    has_expired: bool = False
    width: timedelta | None = None
    clock: datetime | None = None
    former: Question = ({}, None, None)
    next_question: Question | None = None
    held: list[Any] = field(default_factory=list)
    answered: Counter[str] = field(default_factory=Counter)
    refused: dict[str, RefusedError] = field(default_factory=dict)

    @property
    def position(self) -> Any:
        """Where the walk goes on."""
        return self.part.position

    @position.setter
    def position(self, position: Any) -> None:
        self.part = self.part.at(position)

    @property
    def until(self) -> datetime:
        """Until when the walk has seen all: by the vendor's clock, where ours is ahead of it."""
        clock = self.reading.watch.clock
        return min(self.part.until, clock) if clock else self.part.until

    def place(self, position: Any) -> Record:
        """The ledger's row of where the walk goes on."""
        part = replace(self.part.at(position), until=self.until)
        return self.ledger.place(self.listing.walk, part)

    @cached_property
    def gone(self) -> set[Any]:
        """What was gone of a whole list when the last load had read it."""
        return set((self.ledger.held.get(self.listing.walk) or {"gone": []})["gone"])

    def read(self) -> Iterator[Row]:
        """The rows of the next part; `position` then says where the one after it begins."""
        if self.listing.items is not None:
            yield from self.take(self.listing, self.listing.items)
        elif self.listing.window:
            yield from self.windowed(self.listing.window)
        elif self.listing.clock and self.listing.order == "ascending" and self.listing.since:
            yield from self.ascending()
        else:
            yield from self.paged()

    # Three ways through a list

    def ascending(self) -> Iterator[Row]:
        """By the clock: asked anew from the last item on, since an item that changes meanwhile moves to the end.

        Whatever followed it would slip from the next page to the last one, unseen; a vendor's cursor keeps its place.
        Asked anew, the last item must come again: where it does not, the vendor's "since" leaves out more than was
        seen, and the next page of the former question is read in its stead.
        """
        reached = moment(self.position) or self.part.since
        holds = isinstance(self.listing.paginator, CURSORS)
        asked, place, expected = self.next_question or self.from_clock(moment(self.position))
        pages = 0
        while True:
            try:
                for items, paging in self.reading.pages(self.listing, asked, None, place):
                    first, last = (
                        clock_of(self.listing, items[at]) if items else None for at in (0, -1)
                    )
                    if expected and not (first and first <= expected):
                        asked, place, expected = self.former
                        break
                    expected = None
                    yield from self.take(self.listing, items)
                    pages += 1
                    if not paging.has_next_page or not last or (reached and last <= reached):
                        continue
                    following = stretch(self.listing, last, self.part.until)
                    if following == asked:
                        continue
                    reached, self.position = last, last.isoformat()
                    self.former = (asked, paging.place, None)
                    self.next_question = self.former if holds else (following, None, last)
                    if self.reading.is_part(pages):
                        return
                    if not holds:
                        asked, place, expected = self.next_question
                        break
                else:
                    self.position = None
                    return
            except ExpiredError as error:
                self.expired(error)
                asked, place, expected = self.from_clock(moment(self.position))

    def from_clock(self, reached: datetime | None) -> Question:
        """What asks for all that is left, from where an earlier load or an expired cursor was."""
        since = reached - self.listing.look_back if reached else self.part.since
        return stretch(self.listing, since, self.part.until), None, None

    def windowed(self, window: timedelta) -> Iterator[Row]:
        """One piece of the stretch, halved while it holds more than the vendor gives at once."""
        since = moment(self.position) or self.part.since or self.part.until
        width = self.width or window
        while True:
            end = min(since + width, self.part.until)
            try:
                yield from self.piece(since, end)
                break
            except OverflowError:
                width = (end - since) / 2
                if width < NARROWEST:
                    raise FailedError(
                        f"more than {self.listing.most} items between {since} and {end}"
                    ) from None
            except ExpiredError as error:
                self.expired(error)
        self.width = width if end < self.part.until else None
        self.position = end.isoformat() if end < self.part.until else None

    def piece(self, since: datetime, end: datetime) -> Iterator[Row]:
        """All pages of one piece; `OverflowError` where it holds too many."""
        count = 0
        # A vendor that leaves out both ends must not lose what lies between two pieces.
        start = since - timedelta(seconds=1) if self.position else since
        asked = stretch(self.listing, start, end)
        for items, paging in self.reading.pages(self.listing, asked, None):
            yield from self.take(self.listing, items)
            count += len(items)
            if self.listing.most and count >= self.listing.most and paging.has_next_page:
                raise OverflowError

    def paged(self) -> Iterator[Row]:
        """Page by page, down to where the clock is older than the stretch, where there is a clock."""
        asked = (
            {} if self.listing.whole else stretch(self.listing, self.part.since, self.part.until)
        )
        while True:
            try:
                pages = 0
                for items, paging in self.reading.pages(self.listing, asked, None, self.position):
                    yield from self.take(self.listing, items)
                    pages += 1
                    last = clock_of(self.listing, items[-1]) if items else None
                    if last and self.part.since and last < self.part.since:
                        break
                    if self.listing.whole or not paging.has_next_page:
                        continue
                    self.position = paging.place
                    if self.reading.is_part(pages):
                        return
                self.position = None
                return
            except ExpiredError as error:
                self.expired(error)
                self.position = None
                self.held.clear()

    def expired(self, error: ExpiredError) -> None:
        """Begin again, once."""
        if self.has_expired:
            raise FailedError(f"its place is lost again: {error}") from error
        self.has_expired = True

    # Items

    def take(self, listing: Listing, items: Any, parent: Item | None = None) -> Iterator[Row]:
        """The rows of some items: what hangs on each, then itself, so that whoever has landed is complete."""
        rows = []
        for item in items:
            found = whole_item(listing, item, parent)
            rows.append((found, record_key(listing, found, self.again(listing, found))))
        known = self.reading.known(listing.table)
        old = known.among([key for _, key in rows])
        for item, key in rows:
            if listing is self.listing:
                self.clock = clock_of(listing, item)
            if listing.is_open and listing.is_open(item):
                self.keep_open()
            again = listing is not self.listing or self.is_looked_at_again()
            for child in listing.children:
                if (key not in old or (child.each_time and again) or self.is_behind(child)) and (
                    not child.when or child.when(item)
                ):
                    for parent in parents(child, item):
                        yield from self.child(child, parent)
            shaped = listing.shape(item) if listing.shape else item
            if key not in old and shaped is not None:
                known.add(key)
                self.reading.watch.count(str(self.scope), listing.table)
                yield (
                    listing.table,
                    Record(key, "api", listing.table, landing.now(), text_of(shaped)),
                )

    def keep_open(self) -> None:
        """Remember that an item, or what hangs on it, has not ended: the next load looks at it again."""
        if self.clock and self.clock >= self.part.until - LONGEST_OPEN:
            clocks = dict.fromkeys([*self.part.open, self.clock.isoformat()])
            self.part = replace(self.part, open=tuple(clocks))

    def is_looked_at_again(self) -> bool:
        """False for an item that is listed only since an older one was open."""
        if not self.clock or not self.part.recent or self.clock >= self.part.recent:
            return True
        return self.clock.isoformat() in self.ledger.open.get(self.listing.walk, [])

    def again(self, listing: Listing, item: Item) -> str:
        """Marks an item that was gone and is there again, or is new; and remembers what a whole list holds."""
        if not listing.whole or listing is not self.listing:
            return ""
        identity = value_of(item, listing.key)
        self.held.append(identity)
        return self.part.until.isoformat() if identity in self.gone else ""

    def child(self, child: Listing, parent: Item) -> Iterator[Row]:
        """What is asked of one item."""
        asked = stretch(child, self.part.since, self.part.until)
        for attempt in (1, 2):
            try:
                for items, _ in self.reading.pages(child, asked, parent):
                    yield from self.take(child, items, parent)
                self.answered[child.walk] += 1
                return
            except RefusedError as error:
                self.refused[child.walk] = error
                return
            except ExpiredError as error:
                if attempt == 2:
                    raise FailedError(f"its place is lost again: {error}") from error

    def is_behind(self, child: Listing) -> bool:
        """True where earlier loads have not seen as much of the child as of its parent."""
        until = self.ledger.until
        if self.listing.walk not in until:
            return False
        return child.walk not in until or until[child.walk] < until[self.listing.walk]

    # Its end

    def end(self) -> Iterator[Row]:
        """The tombstones of what is gone; notes what stays unknown."""
        watch, scope = self.reading.watch, str(self.scope)
        for child in descendants(self.listing):
            error = self.refused.get(child.walk)
            if error and not (error.status in ABSENT and self.answered[child.walk]):
                watch.problems.setdefault((scope, child.table), str(error))
        if not self.listing.whole:
            return
        before = self.ledger.held.get(self.listing.walk) or {"now": [], "gone": []}
        now = set(self.held)
        gone = [identity for identity in before["now"] if identity not in now]
        known = len(before["now"])
        if known > FEW and len(now) < SHORT * known and not self.reading.full_refresh:
            watch.problems[scope, self.listing.table] = (
                f"suspiciously short, {len(now)} where {known} were known: nothing is taken for gone; where this is"
                f" right, `engops load {self.reading.source} --full-refresh` takes it over"
            )
            return
        for identity in gone:
            watch.count(scope, self.listing.table)
            yield (
                self.listing.table,
                tombstone(self.listing, identity, self.part.until.isoformat()),
            )
        self.held = list(dict.fromkeys(self.held))

    def holds(self) -> dict[str, Any]:
        """What a whole list holds and what is gone of it, where that is news."""
        if not self.listing.whole:
            return {}
        before = self.ledger.held.get(self.listing.walk) or {"now": [], "gone": []}
        now = set(self.held)
        gone = [
            identity
            for identity in dict.fromkeys([*before["gone"], *before["now"]])
            if identity not in now
        ]
        found = {"now": self.held, "gone": gone}
        same = (
            self.listing.walk in self.ledger.held
            and set(before["now"]) == now
            and before["gone"] == gone
        )
        return {} if same else {"held": found}

    def covers(self) -> list[Record]:
        """The ledger's rows of a walk that has come to its end."""
        rows = []
        until = self.until
        since = None if self.listing.whole or self.listing.items is not None else self.part.since
        for listing in [self.listing, *descendants(self.listing)]:
            if (str(self.scope), listing.table) not in self.reading.watch.problems:
                details: dict[str, Any] = {"walk": listing.walk, "closes": self.listing.walk}
                if listing is self.listing:
                    details |= self.holds()
                    details |= {"open": list(self.part.open)} if self.part.open else {}
                rows.append(self.ledger.covers(listing.table, since, until, **details))
        return rows


def parents(child: Listing, item: Item) -> list[Item]:
    """The item that a child is asked of, or one for each element of its list."""
    if not child.each:
        return [item]
    return [{**item, child.each: one} for one in item.get(child.each) or []]


def descendants(listing: Listing) -> list[Listing]:
    """Everything that is asked of a list's items, and of theirs."""
    return [found for child in listing.children for found in (child, *descendants(child))]
