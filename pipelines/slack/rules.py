"""What of Slack may land: places, times, and the facts that the company's own rules find; never what people wrote.

`[sources.slack.rules]` has a list of regular expressions for each kind of fact. Of a text that one of them fits, its
named groups land, and nothing else of it.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import dlt

from pipelines.landing import LoadError

INCIDENT_CHANNEL = "incident_channel"
# In this order: the first that fits a message is its fact.
FACTS = (
    *("failed_deployment", "deployment"),
    *("incident_resolved", "incident_mitigated", "incident_acknowledged", "incident_opened"),
)
GROUPS = (
    *("service", "environment", "commit", "version", "repository"),
    *("number", "severity", "url"),
)
# Where a message has words: its text, and what apps show in its stead.
SHOWN = ("text", "attachments", "blocks")
WORDS = {"text", "fallback", "pretext", "title", "value"}

PLACE = ("type", "subtype", "channel", "channel_type", "ts", "thread_ts", "event_ts", "deleted_ts")
AUTHOR = ("user", "bot_id", "app_id")
CHANNEL = ("id", "created", "updated", "is_archived", "is_private", "context_team_id")
# Messages by which Slack itself says that a channel was closed or opened again.
ENDS = ("channel_archive", "channel_unarchive", "group_archive", "group_unarchive")

Item = dict[str, Any]
Rules = Mapping[str, list[re.Pattern[str]]]


@cache
def rules() -> Rules:
    """The patterns of each kind of fact; raises `LoadError` where one cannot be used."""
    key = "[sources.slack.rules] of .dlt/config.toml"
    try:
        table = dlt.config.get("sources.slack.rules", dict) or {}
        found = {
            kind: dlt.config.get(f"sources.slack.rules.{kind}", list) or []
            for kind in (*FACTS, INCIDENT_CHANNEL)
        }
    except Exception as error:
        raise LoadError(f"{key}: each kind of fact has a list of patterns: {error}") from error
    if unknown := sorted(set(table) - set(found)):
        raise LoadError(f"{key}: {', '.join(unknown)} is no fact; there are: {', '.join(found)}")
    return {
        kind: [compiled(kind, pattern, key) for pattern in patterns]
        for kind, patterns in found.items()
    }


def ready() -> None:
    """Read the rules anew, before payloads are; raises `LoadError` where one cannot be used."""
    rules.cache_clear()
    rules()


def compiled(kind: str, pattern: object, key: str) -> re.Pattern[str]:
    """One pattern; raises `LoadError` for one that is none, or has a group that nobody reads."""
    try:
        # what a person wrote stands in the text and in the blocks: each is a line
        found = re.compile(str(pattern), re.MULTILINE)
    except re.error as error:
        raise LoadError(f"{key}: {kind}: {pattern!r} is no regular expression: {error}") from error
    if unknown := sorted(set(found.groupindex) - set(GROUPS)):
        raise LoadError(
            f"{key}: {kind}: nobody reads the group {', '.join(unknown)}; there are: {', '.join(GROUPS)}"
        )
    return found


def fact(words: str, *kinds: str) -> dict[str, str] | None:
    """The first fact that stands in a text: its kind and the named groups; null where there is none."""
    for kind in kinds:
        for pattern in rules()[kind]:
            if match := pattern.search(words):
                groups = {name: text for name, text in match.groupdict().items() if text}
                return {"kind": kind} | {name: html.unescape(text) for name, text in groups.items()}
    return None


def known(item: Mapping[str, Any], kinds: Sequence[str]) -> dict[str, str] | None:
    """The fact of what has passed here once: it passes unchanged."""
    found = item.get("fact")
    if not isinstance(found, Mapping) or found.get("kind") not in kinds:
        return None
    return {name: found[name] for name in ("kind", *GROUPS) if isinstance(found.get(name), str)}


def words(message: Mapping[str, Any]) -> Iterator[str]:
    """Everything that a message shows, piece by piece."""
    left: list[tuple[str, Any]] = [(name, message.get(name)) for name in reversed(SHOWN)]
    while left:
        name, value = left.pop()
        if isinstance(value, Mapping):
            left += reversed(list(value.items()))
        elif isinstance(value, list):
            left += [(name, element) for element in reversed(value)]
        elif isinstance(value, str) and name in WORDS:
            yield value


def message(item: Mapping[str, Any]) -> Item:
    """What may land of a message, from either door; `fact` is there where a rule fits."""
    inner = item.get("message")
    shown = inner if isinstance(inner, Mapping) else item
    found = known(shown, FACTS) or fact("\n".join(words(shown)), *FACTS)
    kept = place(item, author=bool(found))
    if shown is inner:
        kept["message"] = place(inner, author=bool(found)) | ({"fact": found} if found else {})
        return kept
    return kept | ({"fact": found} if found else {})


def place(item: Mapping[str, Any], *, author: bool) -> Item:
    """Where and when a message stands, and who wrote it where that may be known."""
    names = (*PLACE, *AUTHOR) if author else PLACE
    kept: Item = {name: item[name] for name in names if isinstance(item.get(name), str)}
    edited = item.get("edited")
    if isinstance(edited, Mapping) and isinstance(edited.get("ts"), str):
        kept["edited"] = {"ts": edited["ts"]}
    return kept


def channel(item: Mapping[str, Any]) -> Item:
    """What may land of a channel; `fact` is there where its name is an incident's."""
    kept = {name: item[name] for name in CHANNEL if isinstance(item.get(name), str | int)}
    name = item.get("name")
    found = known(item, (INCIDENT_CHANNEL,))
    if not found and isinstance(name, str):
        found = fact(name, INCIDENT_CHANNEL)
    if not found:
        return kept
    creator = item.get("creator")
    return kept | ({"creator": creator} if isinstance(creator, str) else {}) | {"fact": found}


def tells(item: Mapping[str, Any]) -> bool:
    """True for a message, as it may land, that says something: a fact, that it was edited, a channel's end."""
    return "fact" in item or "edited" in item or item.get("subtype") in ENDS
