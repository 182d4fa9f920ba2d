"""What a load meets on its way: rows, what may not be read, and what fails."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from dlt.sources.helpers.rest_client.exceptions import IgnoreResponseException

from pipelines.landing import LoadError, Progress
from pipelines.rest.client import foreign, message_of

REDIRECTS = (301, 302, 303, 307, 308)
REFUSALS = (402, 403, 404, 405, 410, 422, 451)
ABSENT = (404, 410)
# A cursor that is no longer known.
EXPIRED = (400, 404, 410, 422)
NOTHING = (204, 304)


class RefusedError(Exception):
    """A list that may not be read: it is unknown, and the others go on."""

    def __init__(self, reason: str, status: int = 0) -> None:
        """`status` is the answer's."""
        super().__init__(reason)
        self.status = status


class FailedError(requests.HTTPError):
    """A list that could not be read to its end: the load has failed once the others have landed.

    As an error of HTTP with its response it is what dlt tries again, where that may pass.
    """


class ExpiredError(Exception):
    """The place of a walk is no longer known to the vendor."""


@dataclass
class Watch:
    """What a load of a source met: rows by table; problems by scope and entity; scopes that failed.

    `clock` is the vendor's time of its first answer: what it writes from then on is the next load's.
    """

    source: str
    title: str
    progress: Progress
    refusal: Callable[[Any], str | None]
    rows: Counter[str] = field(default_factory=Counter)
    problems: dict[tuple[str, str], str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    clock: datetime | None = None

    def notes(self) -> list[str]:
        """What the user should read."""
        return [
            f"{scope}: {entity} unknown: {why}" for (scope, entity), why in self.problems.items()
        ]

    def count(self, scope: str, table: str, rows: int = 1) -> None:
        """Count what lands."""
        self.rows[table] += rows
        self.progress(f"{scope} {table}", self.rows[table])

    def judge(self, response: requests.Response, *, placed: bool) -> None:
        """Let an answer pass, or raise what it means; `placed` where the question named a page that the API gave."""
        if self.clock is None and "Date" in response.headers:
            with suppress(ValueError):
                self.clock = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
        status = response.status_code
        said = f"{status} {message_of(response) if status >= 400 else ''}".strip()
        if status == 401:
            raise LoadError(
                f"{self.title} does not know the token ({said}); make a new one and put it into"
                f" [sources.{self.source}] of .dlt/secrets.toml"
            )
        if status in REDIRECTS and foreign(response.url, response.headers.get("Location", "")):
            raise RefusedError("a redirect to another host was not followed")
        if placed and status in EXPIRED:
            raise ExpiredError(said)
        if status in REFUSALS:
            raise RefusedError(said, status)
        if status >= 400:
            raise FailedError(said, response=response)
        if status in NOTHING:
            raise IgnoreResponseException
        if "text/html" in response.headers.get("Content-Type", ""):
            raise FailedError(f"{status} with a page in place of JSON; is base_url the API's?")
        if status == 200 and (error := self.refusal_in(response)):
            raise RefusedError(error)

    def refusal_in(self, response: requests.Response) -> str | None:
        """The error in the body of an answer that says that all is well."""
        if b'"error' not in response.content:
            return None
        try:
            return self.refusal(response.json())
        except ValueError:
            return None
