"""What a source says about its vendor's API: the API itself, its scopes, and the lists that are read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import requests
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests.auth import AuthBase

from pipelines.rest.client import NoAuth, graphql_errors, pause_of

Item = dict[str, Any]


@dataclass(frozen=True)
class Api:
    """One vendor's API.

    `base_url` is its public address, which `[sources.<source>] base_url` replaces; empty where each company has one.
    `auth` is called once a load and signs every request (`bearer`, `basic`, `header`, or a `requests` auth of your
    own); it raises `LoadError` where a secret is missing. `pause` says how many seconds an answer asks to wait, null
    where it asks for none. `refusal` finds the error in the body of an answer of status 200, null where there is none;
    it may raise `LoadError` where the token does not do, `ExpiredError` where a cursor is no longer known. `address` is
    the key that replaces `base_url`, for a vendor that has a second host: that is an `Api` of its own.
    """

    source: str
    title: str
    base_url: str = ""
    address: str = "base_url"
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: Callable[[], AuthBase] = NoAuth
    pause: Callable[[requests.Response], float | None] = pause_of
    refusal: Callable[[Any], str | None] = graphql_errors


@dataclass(frozen=True)
class Scope:
    """What is covered as one: a repository, a project, a service, or a whole account.

    `key` stands in the load ledger (a `repository_key`, `<source>:project:<key>`, `<source>`); `title` is what notes
    and progress call it; `item` is what the source knows of it already, for its `listings`.
    """

    key: str
    title: str = ""
    item: Item = field(default_factory=dict)

    def __str__(self) -> str:
        """The name for a person."""
        return self.title or self.key


@dataclass(frozen=True)
class Listing:
    """One list of a scope, and what is asked of each of its items.

    What lands is the item as it came, in `raw_<source>.<table>`, with `channel` api and the table as its event. What
    the API has given before (same `record_key`) does not land again.

    The question
        `path` below the base address; `{id}` or `{a.b}` in a child's path is the parent's field, escaped. `params` go
        into the address, `body` (JSON) makes it a POST. `selector` is the JSON path of the items, `$` for an answer
        that is itself the list or the one item; an answer without it is an error unless `optional`. `paginator` is
        one of dlt's, as a pattern that is copied for each walk; null: one page. `last` is the JSON path of what is true
        on the last page, where the paginator cannot know it (`isLast`). `headers`: what this list needs alone.
        `absent`: statuses by which the vendor says that there is no such list, not even an empty one.
        `items`: no question at all, these are the items (what the source has asked for already).
    The version
        `version`: dotted fields that make the version of an item; empty: the whole payload. `key`: its identity.
    The stretch of time
        `since(since, until)` is what asks for a stretch (UTC): laid over `body` where there is one, else over
        `params`, branch by branch; not called where all there ever was is asked for. `clock` is the dotted field that
        the list is ordered by, `order` which way. Ascending: the walk goes by its clock and goes on there after a
        kill. Descending: it ends where the clock is older than the stretch. `window`: the stretch is asked piece by
        piece, from `history` ago at first; a piece that holds `most` items or more is halved. `look_back`: how much
        of the past is read again each time, for what changes after it was listed. `is_open(item)`, of a descending
        list or of what is asked of its items: true for an item that has not ended; the next load reads again from the
        oldest of these on, however long they take, up to 60 days.
    `whole`
        Read whole each time (no stretch); what was there and is gone lands as a tombstone: event `<table>.gone`,
        payload the identity, `extra` and `gone_at`. A list that is suspiciously short takes nothing for gone, and is
        not covered.
    The items
        `shape(item)` is what may land of an item, null: nothing. `extra` are fields that land with each item.
    `children`
        Asked once for each item that is new; with `each_time`, of every item that is listed (of those that are listed
        for `is_open` alone, of the open ones); with `when(item)`, of some. `each`: a field of the parent that is a
        list; asked once for each element, which stands in its place. `keep`: fields of the parent that land with the
        child as `_parent_<field>` (dots become `_`).
        `of(parent)`: what the question takes from the parent, laid over `body` or `params`.
    """

    table: str
    path: str = ""
    selector: str = "$"
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    paginator: BasePaginator | None = None
    items: Sequence[Item] | None = None
    last: str = ""
    optional: bool = False
    absent: Sequence[int] = ()

    version: tuple[str, ...] = ()
    key: str = "id"

    since: Callable[[datetime, datetime], Mapping[str, Any]] | None = None
    clock: str | None = None
    order: Literal["ascending", "descending"] = "ascending"
    window: timedelta | None = None
    history: timedelta = timedelta(days=730)
    most: int | None = None
    look_back: timedelta = timedelta(minutes=5)
    is_open: Callable[[Item], bool] | None = None

    whole: bool = False

    shape: Callable[[Item], Item | None] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    children: Sequence["Listing"] = ()
    keep: Sequence[str] = ()
    of: Callable[[Item], Mapping[str, Any]] | None = None
    when: Callable[[Item], bool] | None = None
    each: str = ""
    each_time: bool = False
    name: str = ""
    """What the ledger calls this walk, where a scope has two that fill one table; else the table."""

    @property
    def walk(self) -> str:
        """The name of the walk in the ledger."""
        return self.name or self.table

    @property
    def tables(self) -> list[str]:
        """The tables that this list and its children fill."""
        return [self.table, *(table for child in self.children for table in child.tables)]
