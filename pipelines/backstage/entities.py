"""Entities → raw_backstage.entities: each when it is new or changed, a tombstone once it is gone."""

import json
from typing import Any

from pipelines import landing
from pipelines.backstage.catalogue import Entity, Found
from pipelines.landing import LoadSummary, Record
from pipelines.webhooks import deliveries
from pipelines.webhooks.deliveries import QUARANTINE, UnreadableError

TABLE = "entities"
# Of more than so many known entities, folders that lack this share are not believed.
FEW, SHORT = 5, 0.8
NEWEST = """
    select event, payload from raw_backstage.entities
    qualify row_number() over (
        partition by payload ->> '$.ref' order by payload ->> '$.seen_at' desc, event, record_key
    ) = 1
"""


def land(found: Found, *, is_whole: bool, full_refresh: bool = False) -> LoadSummary:
    """Land what is new; what stood in a file that cannot be read now is not taken for gone."""
    landing.resumed("backstage")
    seen_at = landing.now()
    known = {
        told["ref"]: told
        for event, text in landing.landed(NEWEST)
        if not event.endswith(".gone") and (told := json.loads(text))
    }
    here = {entity.ref: told_of(entity) for entity in found.entities}
    records = [
        record(told, "", seen_at.isoformat())
        for ref, told in here.items()
        if full_refresh or told != {key: known.get(ref, {}).get(key) for key in told}
    ]
    gone = [
        told
        for ref, told in known.items()
        if is_whole and ref not in here and told["file"] not in found.broken
    ]
    notes = list(found.problems)
    if len(known) > FEW and len(known) - len(gone) < SHORT * len(known) and not full_refresh:
        notes.append(
            f"suspiciously short, {len(here)} entities where {len(known)} were known: nothing is taken for gone;"
            " where this is right, `engops load backstage --full-refresh` takes it over"
        )
        gone = []
    records += [record(told, ".gone", seen_at.isoformat()) for told in gone]
    broken = [
        deliveries.damaged(
            b"", seen_at, problem, UnreadableError("the file cannot be read", problem), "file", True
        ).record
        for problem in found.problems
        if problem.partition(", line ")[0] in found.broken
    ]
    filled = {TABLE: records, QUARANTINE: broken}
    resources = [landing.entity(rows, name) for name, rows in filled.items() if rows]
    if resources:
        landing.land("backstage", resources)
    return LoadSummary(
        "backstage", {name: len(rows) for name, rows in filled.items() if rows}, tuple(notes)
    )


def told_of(entity: Entity) -> dict[str, Any]:
    """What is landed of an entity, beside when it was seen."""
    return {
        **{"ref": entity.ref, "file": entity.file, "project": entity.project},
        **{"repository": entity.repository, "folder": entity.folder, "document": entity.document},
    }


def record(told: dict[str, Any], suffix: str, seen_at: str) -> Record:
    """One row: files have no clock of their own, so that when it was seen orders the versions."""
    event = f"{told['document']['kind'].lower()}{suffix}"
    text = landing.dumps({**told, "seen_at": seen_at})
    return Record(landing.key_of(event, text), "file", event, landing.now(), text)
