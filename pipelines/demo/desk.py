"""Where a plan's work items and incidents live: one module a tool, and GitHub's issues here.

The story says what happened to an item (`opened`, `acknowledged`, `started`, `labeled`, `unlabeled`, `reopened`,
`closed`, `deleted`), and a desk makes its tool's webhooks of it: pairs of an event and the text of a body. What a tool
has no word for, it does not tell.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from pipelines.demo.history import Person
from pipelines.demo.payloads import Forge

if TYPE_CHECKING:
    from pipelines.demo.stage import Stage

Item = dict[str, Any]
Told = Iterable[tuple[str, str]]


class Desk:
    """The items of one plan in one tool."""

    source: ClassVar[str]
    acknowledges: ClassVar[bool] = False

    def __init__(self, stage: "Stage") -> None:
        """`stage` is where the story plays."""
        self.stage = stage
        self.plan = stage.plan
        self.number = 0

    def next_number(self) -> int:
        """The number of the next item."""
        self.number += 1
        return self.number

    def told(self, action: str, item: Item, at: int, sender: Person, label: str | None) -> Told:
        """What the tool sends of what happened to an item; `label` is the one that was put on or taken off."""
        raise NotImplementedError

    def key(self, item: Item) -> str:
        """The warehouse's name of an item."""
        raise NotImplementedError

    def url(self, item: Item) -> str:
        """Its page."""
        raise NotImplementedError

    def mention(self, item: Item) -> str:
        """How the text of a change names it."""
        return self.url(item)


class GitHubIssues(Desk):
    """Issues of the repository, which share its requests' numbers; what they are, their labels say."""

    source = "github"

    def next_number(self) -> int:
        """The number of the next issue or request."""
        return next(self.stage.numbers)

    def told(self, action: str, item: Item, at: int, sender: Person, label: str | None) -> Told:
        """`issues`; labels that are chosen while opening are on the issue at once, and are told one by one as well."""
        forge = cast(Forge, self.stage.forge)
        if action in ("acknowledged", "started"):
            return
        more = {"label": forge.label(label)} if label else {}
        yield "issues", forge.issues(action, item, at, sender, **more)
        for name in item["labels"] if action == "opened" else ():
            yield "issues", forge.issues("labeled", item, at, sender, label=forge.label(name))

    def key(self, item: Item) -> str:
        """By the repository's id and the issue's number."""
        return f"github:{self.plan.id}:issue:{item['number']}"

    def url(self, item: Item) -> str:
        """Its page."""
        return f"{self.plan.url}/issues/{item['number']}"

    def mention(self, item: Item) -> str:
        """The number: where a request says that it closes it, the merge does."""
        return f"#{item['number']}"


def severity(item: Item) -> str | None:
    """The severity that an incident has been given: sev1, sev2 or sev3."""
    return next((label for label in item["labels"] if label.startswith("sev")), None)
