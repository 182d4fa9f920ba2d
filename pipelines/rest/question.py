"""What is sent for a listing, and what its items say: fields by path, times, versions."""

import copy
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from pipelines import landing
from pipelines.rest.api import Item, Listing
from pipelines.rest.client import EPOCH_MS, text_of


def value_of(item: Mapping[str, Any], path: str) -> Any:
    """The field of an item at a dotted path, null where there is none."""
    found: Any = item
    for name in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def laid_over(base: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Both, branch by branch; where both have a value, the upper one's."""
    merged = dict(base)
    for name, value in upper.items():
        below = merged.get(name)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[name] = laid_over(below, value) if both else value  # type: ignore[arg-type]
    return merged


def stretch(listing: Listing, since: datetime | None, until: datetime) -> Mapping[str, Any]:
    """What asks for a stretch of time; nothing where all there ever was is asked for."""
    return listing.since(since, until) if listing.since and since else {}


def question(
    listing: Listing, asked: Mapping[str, Any], parent: Item | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The parameters and the JSON body of a question, its own to be changed."""
    if parent is not None and listing.of:
        asked = laid_over(asked, listing.of(parent))
    params, body = copy.deepcopy(dict(listing.params)), listing.body
    if body is None:
        return laid_over(params, asked), None
    return params, laid_over(copy.deepcopy(dict(body)), asked)


def path_of(listing: Listing, parent: Item | None) -> str:
    """The path with the parent's fields in it, escaped."""
    if parent is None:
        return listing.path
    item = parent

    def field(match: re.Match[str]) -> str:
        return quote(str(value_of(item, match[1])), safe="")

    return re.sub(r"\{([\w.]+)\}", field, listing.path)


def moment(value: Any) -> datetime | None:
    """A vendor's time in UTC: ISO 8601 (UTC where it names no zone), or seconds or milliseconds since 1970."""
    if value is None or isinstance(value, bool) or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        try:
            found = datetime.fromisoformat(str(value).strip())
        except ValueError:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return datetime.fromtimestamp(number / 1000 if number >= EPOCH_MS / 10 else number, UTC)


def iso(moment: datetime) -> str:
    """A time in UTC as most vendors read it: `2026-03-01T00:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock_of(listing: Listing, item: Any) -> datetime | None:
    """When an item says that it was made or changed."""
    return (
        moment(value_of(item, listing.clock))
        if listing.clock and isinstance(item, Mapping)
        else None
    )


def whole_item(listing: Listing, item: Any, parent: Item | None) -> Item:
    """An item with what lands beside it: fields of its parent, and the listing's own."""
    found = dict(item) if isinstance(item, Mapping) else {"value": item}
    for name in listing.keep if parent is not None else ():
        found[f"_parent_{name.replace('.', '_')}"] = value_of(parent or {}, name)
    found.update(listing.extra)
    return found


def record_key(listing: Listing, item: Item, again: str = "") -> str:
    """The key of a version of an item: the vendor's own, else the whole payload; `again` where it was gone."""
    parts = [value_of(item, path) for path in listing.version] or [text_of(item)]
    return landing.key_of(listing.table, *parts, *([again] if again else []))


def tombstone(listing: Listing, identity: Any, gone_at: str) -> landing.Record:
    """The row that says that an item of a whole list is no longer there."""
    payload: Any = identity
    for name in reversed(listing.key.split(".")):
        payload = {name: payload}
    payload = {**payload, **listing.extra, "gone_at": gone_at}
    event = f"{listing.table}.gone"
    key = landing.key_of(event, text_of(payload))
    return landing.Record(key, "api", event, landing.now(), text_of(payload))
