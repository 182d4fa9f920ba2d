"""What one repository's load meets on its way: rows, refusals, and where long walks stopped."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from dlt.sources.helpers.rest_client.exceptions import IgnoreResponseException

from pipelines.github import client as github
from pipelines.landing import LoadError, Progress
from pipelines.rest.client import foreign, message_of
from pipelines.rest.watch import REDIRECTS

REFUSALS = (403, 404, 410, 422, 451)
# Not modified; a repository without a commit.
NOTHING = (304, 409)


@dataclass
class Watch:
    """What one repository's load met: rows, refusals by entity, and where a walk stopped."""

    repository: str
    progress: Progress
    rows: Counter[str] = field(default_factory=Counter)
    problems: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def action(self, *entities: str) -> Callable[..., None]:
        """What to do with each answer about some entities, before dlt looks at it."""

        def act(response: requests.Response, *_: Any, **__: Any) -> None:
            for entity in entities:
                self.check(entity, response)
            self.judge(response)

        return act

    def check(self, entity: str, response: requests.Response) -> None:
        """Note why an entity stays unknown, where an answer says so."""
        status = response.status_code
        target = response.headers.get("Location", "")
        following = github.next_url(response)
        if status in REFUSALS:
            self.problems.setdefault(entity, f"{status} {message_of(response)}".strip())
        elif status in REDIRECTS and foreign(response.url, target):
            self.problems.setdefault(entity, "a redirect to another host was not followed")
        elif following and foreign(response.url, following):
            self.problems.setdefault(entity, "a Link to another host was not followed")

    def judge(self, response: requests.Response) -> None:
        """End a list that is refused, empty or would leave the host; let other answers pass."""
        status = response.status_code
        if status == 401:
            raise LoadError(
                f"GitHub does not know the token (401 {message_of(response)}); make a new one and put it into"
                " [sources.github] of .dlt/secrets.toml"
            )
        target = response.headers.get("Location", "")
        if status in (*REFUSALS, *NOTHING) or (
            status in REDIRECTS and foreign(response.url, target)
        ):
            raise IgnoreResponseException
        following = github.next_url(response)
        if following and foreign(response.url, following):
            del response.headers["Link"]

    def count(self, table: str, rows: int) -> None:
        """Count what lands."""
        self.rows[table] += rows
        self.progress(f"{self.repository} {table}", self.rows[table])
