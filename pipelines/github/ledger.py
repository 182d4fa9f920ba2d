"""What earlier loads have seen of a repository, read back from `raw_github.load_ledger`, and what this one adds."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pipelines import landing
from pipelines.github import events
from pipelines.landing import Record

# Only loads that dlt has marked as complete count.
WHOLE = "_dlt_load_id in (select load_id from raw_github._dlt_loads where status = 0)"
ROWS = f"""
    select event, payload from raw_github.{events.LEDGER}
    where {WHOLE} and json_extract_string(payload, '$.scope') = ? and json_extract_string(payload, '$.reader') = 'api'
    order by received_at, record_key
"""
KEYS = f"select record_key from raw_github.{{table}} where {WHOLE} and channel = 'api'"
PLACE = "place"


@dataclass(frozen=True)
class Part:
    """A walk of a long list, or what is left of it: from when, as seen at which time, and where to go on."""

    since: datetime | None
    until: datetime
    position: str | None = None

    def at(self, position: str) -> "Part":
        """The rest of this walk from a position (a time or a page) on."""
        return replace(self, position=position)


@dataclass
class Ledger:
    """The ledger of one repository."""

    scope: str
    until: dict[str, datetime] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    places: dict[str, Part] = field(default_factory=dict)

    @classmethod
    def of(cls, scope: str) -> "Ledger":
        """What has landed; nothing where there is no warehouse yet."""
        ledger = cls(scope)
        for event, text in landing.landed(ROWS, [scope]):
            payload = json.loads(text)
            entity = payload["entity"]
            until = datetime.fromisoformat(payload["covered_until"])
            if event == PLACE:
                since = payload["covered_from"]
                begun = datetime.fromisoformat(since) if since else None
                ledger.places[entity] = Part(begun, until, payload["position"])
            elif payload.get("closes"):
                ledger.places.pop(payload["closes"], None)
                ledger.until[entity] = until
            else:
                ledger.until[entity] = until
                ledger.heads = payload.get("heads") or ledger.heads
        return ledger

    def covers(
        self, entity: str, since: datetime | None, until: datetime, **details: Any
    ) -> Record:
        """The row that says that an entity was seen whole."""
        return self.row(landing.coverage(self.scope, entity, since, until), details)

    def place(self, walk: str, part: Part) -> Record:
        """The row that says where a walk goes on that is done in parts."""
        record = landing.coverage(self.scope, walk, part.since, part.until)
        return self.row(record._replace(event=PLACE), {"position": part.position})

    def row(self, record: Record, details: dict[str, Any]) -> Record:
        """A ledger row with what only this reader needs, at its own time of arrival."""
        payload = {**json.loads(record.payload), "reader": "api", **details}
        key = landing.key_of(record.event, *payload.values())
        return record._replace(
            record_key=key, received_at=landing.now(), payload=landing.dumps(payload)
        )


def landed_keys(table: str) -> set[str]:
    """The record keys that the API has already given of a table."""
    return {row[0] for row in landing.landed(KEYS.format(table=table))}
