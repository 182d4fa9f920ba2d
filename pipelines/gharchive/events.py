"""The archive's events in its formats: which ones land, the key of each, and its repository.

Three formats: of 2011 (`repo`, `actor` an object, payloads of a few ids), the timeline of 2012 to 2014 (`repository`,
`actor` a text beside `actor_attributes`, no id), and since 2015 the events API's own, whose requests lost most of their
fields in October 2025.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from pipelines.landing import LoadError, key_of
from pipelines.webhooks import reading

Event = dict[str, Any]

TABLE = "events"
# The types that models read.
TYPES = frozenset(
    (
        *("PullRequestEvent", "PullRequestReviewEvent", "PullRequestReviewCommentEvent"),
        *(
            "IssueCommentEvent",
            "IssuesEvent",
            "PushEvent",
            "CreateEvent",
            "DeleteEvent",
            "ReleaseEvent",
        ),
    )
)
# What an hour that was read to its end vouches for, by the names that the ledger of the forge's own source uses.
VOUCHED = ("pull_requests", "issues", "pushes", "releases", "tags")
# The whole archive, where it is not filtered.
EVERYTHING = "gharchive"
HOST = "github.com/"
REPOSITORY = re.compile(r"[\w.-]+(/[\w.-]+)?")


class Wanted(NamedTuple):
    """The repositories whose events land: all where both are empty. Lower case."""

    repositories: frozenset[str]
    owners: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> "Wanted":
        """From `owner/name` and `owner`."""
        cleaned = [
            name.strip().lower().removeprefix(f"https://{HOST}").removeprefix(HOST)
            for name in names
        ]
        for name in cleaned:
            if not REPOSITORY.fullmatch(name):
                raise LoadError(f"{name!r} is neither 'owner/name' nor 'owner'")
        return cls(
            frozenset(name for name in cleaned if "/" in name),
            frozenset(name for name in cleaned if "/" not in name),
        )

    def takes(self, name: str) -> bool:
        """True for a repository's name whose events land."""
        if not self.is_part:
            return True
        return name in self.repositories or name.partition("/")[0] in self.owners

    @property
    def is_part(self) -> bool:
        """True where not everything lands."""
        return bool(self.repositories or self.owners)


def repository(event: Event) -> str:
    """`owner/name`, lower case; empty where an event names none."""
    name = reading.at(event, "repo.name")
    if not isinstance(name, str):
        owner, name = reading.at(event, "repository.owner"), reading.at(event, "repository.name")
        name = f"{owner}/{name}" if isinstance(owner, str) and isinstance(name, str) else ""
    return name.lower() if name.strip("/") else ""


def name_of(event: Event) -> str:
    """`PullRequestEvent.closed`, from type and action."""
    return reading.name(event.get("type"), reading.at(event, "payload.action"))


def record_key(event: Event, text: str) -> str:
    """The key of an event: its id and time, since ids began anew in 2025; its content in the years without ids."""
    told = event.get("id")
    return key_of("event", told, event.get("created_at")) if told else key_of("event", text)
