"""What earlier loads have seen, read back from `raw_<source>.load_ledger`, and what this one adds: the only memory."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pipelines import landing
from pipelines.landing import Record

TABLE = "load_ledger"
PLACE = "place"
MOST_SEEN = 200_000
# Only loads that dlt has marked as complete count.
WHOLE = "_dlt_load_id in (select load_id from raw_{source}._dlt_loads where status = 0)"
ROWS = f"""
    with reported as (
        select
            event, payload, received_at, record_key,
            json_extract_string(payload, '$.scope') as scope,
            coalesce(json_extract_string(payload, '$.walk'), json_extract_string(payload, '$.entity')) as walk,
            coalesce(json_type(payload, '$.held'), json_type(payload, '$.heads')) is not null as holds
        from raw_{{source}}.{TABLE}
        where {WHOLE} and json_extract_string(payload, '$.reader') = 'api'
    )
    select scope, event, payload from reported
    qualify row_number() over (partition by scope, walk, event, holds order by received_at desc, record_key desc) = 1
    order by received_at, record_key
"""
KEYS = f"""
    select record_key from raw_{{source}}.{{table}}
    where {WHOLE} and channel = 'api' and record_key in (select unnest(cast(? as varchar[])))
"""
ANY = f"select 1 from raw_{{source}}.{{table}} where {WHOLE} and channel = 'api' limit 1"


@dataclass(frozen=True)
class Part:
    """A walk of a long list, or what is left of it: from when, as seen at which time, and where to go on.

    `open` are the clocks of the items seen so far that had not ended. Items before `recent` are listed for those alone.
    """

    since: datetime | None
    until: datetime
    position: Any = None
    open: tuple[str, ...] = ()
    recent: datetime | None = None

    def at(self, position: Any) -> "Part":
        """The rest of this walk from a position (a time, a page or a cursor) on."""
        return replace(self, position=position)


@dataclass
class Ledger:
    """The ledger of one scope: until when each walk has seen it whole, and where it goes on.

    `held` is what a whole list held, `open` the clocks of the items that had not ended.
    """

    scope: str
    until: dict[str, datetime] = field(default_factory=dict)
    places: dict[str, Part] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)
    open: dict[str, list[str]] = field(default_factory=dict)

    def take(self, event: str, payload: dict[str, Any]) -> None:
        """Take in one row, the earlier ones first."""
        walk = payload.get("walk") or payload["entity"]
        until = datetime.fromisoformat(payload["covered_until"])
        if event == PLACE:
            since = payload["covered_from"]
            begun = datetime.fromisoformat(since) if since else None
            position, still_open = payload["position"], payload.get("open", ())
            self.places[walk] = Part(begun, until, position, tuple(still_open))
            return
        self.until[walk] = until
        self.open[walk] = payload.get("open", [])
        if payload.get("closes"):
            self.places.pop(payload["closes"], None)
        held = payload.get("held", payload.get("heads"))  # the older name
        if held is not None:
            self.held[walk] = held

    def covers(
        self, entity: str, since: datetime | None, until: datetime, **details: Any
    ) -> Record:
        """The row that says that an entity was seen whole."""
        return self.row(landing.coverage(self.scope, entity, since, until), details)

    def place(self, walk: str, part: Part) -> Record:
        """The row that says where a walk goes on that is done in parts."""
        record = landing.coverage(self.scope, walk, part.since, part.until)
        details = {"position": part.position} | ({"open": list(part.open)} if part.open else {})
        return self.row(record._replace(event=PLACE), details)

    def row(self, record: Record, details: dict[str, Any]) -> Record:
        """A ledger row with what only the reader of APIs needs, at its own time of arrival."""
        payload = {**json.loads(record.payload), "reader": "api", **details}
        key = landing.key_of(record.event, *payload.values())
        return record._replace(
            record_key=key, received_at=landing.now(), payload=landing.dumps(payload)
        )


def ledgers(source: str) -> dict[str, Ledger]:
    """The ledger of each scope that a source's API has been read of."""
    found: dict[str, Ledger] = {}
    for scope, event, text in landing.landed(ROWS.format(source=source)):
        found.setdefault(scope, Ledger(scope)).take(event, json.loads(text))
    return found


class Known:
    """Which record keys the API has already given of a table."""

    def __init__(self, source: str, table: str, *, nothing: bool = False) -> None:
        """`nothing`: everything is to land again."""
        self.source = source
        self.table = table
        self.seen: set[str] = set()
        self.empty = nothing or not landing.landed(ANY.format(source=source, table=table))

    def among(self, keys: list[str]) -> set[str]:
        """Those that are known of some keys."""
        known = self.seen.intersection(keys)
        left = [key for key in keys if key not in known]
        if left and not self.empty:
            sql = KEYS.format(source=self.source, table=self.table)
            known.update(row[0] for row in landing.landed(sql, [left]))
        return known

    def add(self, key: str) -> None:
        """Take in a key that lands now; the last of them are enough, since what lands twice is one row in staging."""
        if len(self.seen) >= MOST_SEEN:
            self.seen.clear()
        self.seen.add(key)
