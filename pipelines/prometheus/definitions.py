"""OpenSLO's definitions → raw_prometheus.definitions: each when it is new or changed, a tombstone once it is gone."""

import json
from typing import Any

from pipelines import landing
from pipelines.landing import LoadSummary, Record
from pipelines.prometheus.openslo import Definition, Found

TABLE = "definitions"
# Of more than so many known definitions, a folder that lacks this share is not believed.
FEW, SHORT = 5, 0.8
NEWEST = """
    select event, payload from raw_prometheus.definitions
    qualify row_number() over (
        partition by payload ->> '$.document.kind', payload ->> '$.document.metadata.name'
        order by payload ->> '$.seen_at' desc, event, record_key
    ) = 1
"""

Key = tuple[str, str]


def land(found: Found, *, full_refresh: bool = False) -> LoadSummary:
    """Land what is new; what stood in a file that cannot be read now is not taken for gone."""
    landing.resumed("prometheus")
    seen_at = landing.now()
    known = {key: payload for key, payload in newest().items() if payload is not None}
    here = {(one.kind, one.name): one for one in found.definitions}
    records = []
    for key, definition in here.items():
        told = payload_of(definition)
        before = {name: known[key].get(name) for name in told} if key in known else None
        if full_refresh or told != before:
            records.append(record(key, "", told, seen_at.isoformat()))
    gone = [
        key
        for key, before in known.items()
        if key not in here and before["file"] not in found.broken
    ]
    notes: tuple[str, ...] = ()
    if len(known) > FEW and len(known) - len(gone) < SHORT * len(known) and not full_refresh:
        notes = (
            f"suspiciously short, {len(here)} definitions where {len(known)} were known: nothing is taken for gone;"
            " where this is right, `engops load prometheus --full-refresh` takes it over",
        )
        gone = []
    records += [record(key, ".gone", known[key], seen_at.isoformat()) for key in gone]
    resources = [landing.entity(records, TABLE)] if records else []
    if not notes and not found.broken:
        covered = landing.coverage("prometheus", TABLE, None, seen_at)
        resources.append(landing.entity([covered], "load_ledger"))
    if resources:
        landing.land("prometheus", resources)
    return LoadSummary("prometheus", {TABLE: len(records)} if records else {}, notes)


def newest() -> dict[Key, dict[str, Any] | None]:
    """The newest payload of each definition; null for one that is gone."""
    found = {}
    for event, text in landing.landed(NEWEST):
        payload = json.loads(text)
        document = payload["document"]
        key = (document["kind"], document["metadata"]["name"])
        found[key] = None if event.endswith(".gone") else payload
    return found


def payload_of(definition: Definition) -> dict[str, Any]:
    """What is landed of a definition, beside when it was seen."""
    starts_at = definition.starts_at
    return {
        "file": definition.file,
        "starts_at": starts_at.isoformat() if starts_at else None,
        "document": definition.document,
    }


def record(key: Key, suffix: str, told: dict[str, Any], seen_at: str) -> Record:
    """One row: files have no clock of their own, so that when it was seen orders the versions."""
    event = f"{key[0].lower()}{suffix}"
    text = landing.dumps({**told, "seen_at": seen_at})
    return Record(landing.key_of(event, text), "file", event, landing.now(), text)
