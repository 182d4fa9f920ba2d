"""Payloads with something wrong in them, and an idea of their fields that knows nothing of the models' SQL.

`mutated` spoils a payload where it hurts: at a path that a model reads, at an object above it, or anywhere. `wrongs`
reads what was sent with the standard library alone and says which paths have to be told of.
"""

import copy
import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.conftest import PROJECT

Item = dict[str, Any]
Path = tuple[str, ...]
MISSING = object()

# Below which key a webhook holds the object that the paths with `@` start from.
OBJECTS = {
    "pull_requests": "pull_request", "reviews": "review", "review_comments": "comment", "issue_comments": "comment",
    "workflow_runs": "workflow_run", "workflow_jobs": "workflow_job", "deployments": "deployment",
    "deployment_statuses": "deployment_status", "releases": "release", "issues": "issue", "repositories": "repository",
    "dependabot_alerts": "alert",
}  # fmt: skip
# Of each tuple one must be there, or the payload is set aside.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "pull_requests": (
        ("id",), ("number",), ("state",), ("created_at",), ("repository_id", "repository_url"),
    ),
    "reviews": (
        ("id",), ("state",), ("submitted_at",), ("pull_request_url",),
        ("repository_id", "repository_url", "html_url"),
    ),
    "review_comments": (
        ("id",), ("created_at",), ("pull_request_url",),
        ("repository_id", "repository_url", "html_url"),
    ),
    "issue_comments": (
        ("id",), ("created_at",), ("issue_url",),
        ("repository_id", "repository_url", "html_url"),
    ),
    "issues": (
        ("id",), ("number",), ("created_at",),
        ("repository_id", "repository_url", "html_url", "api_repository_url"),
    ),
    "issue_events": (("id",), ("issue_number",), ("action",), ("created_at",), ("url",)),
    "commits": (("sha",), ("url",)),
    "push_commits": (("id",),),
    "pushes": (("ref",), ("after_sha",), ("repository_id", "repository_url")),
    "refs": (("ref",), ("ref_type", "sha"), ("repository_id", "repository_url", "url")),
    "tags": (("ref", "tag"), ("object_sha",), ("object_type",), ("url",)),
    "dependabot_alerts": (
        ("number",), ("state",), ("severity", "advisory_severity"), ("created_at",),
        ("repository_id", "repository_url", "html_url", "url"),
    ),
    "releases": (("id",), ("tag_name",), ("created_at",), ("repository_id", "repository_url", "html_url", "url")),
    "repositories": (("id",), ("repository_url",)),
    "workflow_runs": (("id",), ("status",), ("created_at",), ("repository_id", "repository_url")),
    "workflow_jobs": (("id",), ("run_id",), ("status",), ("repository_id", "repository_url", "html_url", "run_url")),
    "deployments": (("id",), ("sha",), ("created_at",), ("repository_id", "repository_url", "api_repository_url")),
    "deployment_statuses": (
        ("id",), ("state",), ("created_at",), ("deployment_id", "deployment_url"),
        ("repository_id", "repository_url", "api_repository_url"),
    ),
}  # fmt: skip
# What may be missing or null, and sets the payload aside where it is there and wrong.
SOUND_WHERE_THERE = {("pull_requests", "merged_at")}
STATUS = {"completed", "in_progress", "queued", "requested", "waiting", "pending"}
CONCLUSION = {
    *(
        "success",
        "failure",
        "neutral",
        "cancelled",
        "skipped",
        "timed_out",
        "action_required",
        "stale",
    ),
    "startup_failure",
}
WORDS = {
    ("pull_requests", "state"): {"open", "closed"},
    ("issues", "state"): {"open", "closed"},
    ("reviews", "state"): {"approved", "changes_requested", "commented", "dismissed", "pending"},
    ("dependabot_alerts", "state"): {"open", "fixed", "dismissed", "auto_dismissed"},
    ("refs", "ref_type"): {"branch", "tag"},
    ("workflow_runs", "status"): STATUS, ("workflow_jobs", "status"): STATUS,
    ("workflow_runs", "conclusion"): CONCLUSION, ("workflow_jobs", "conclusion"): CONCLUSION,
    ("deployment_statuses", "state"): {
        "queued", "pending", "waiting", "in_progress", "success", "failure", "error", "inactive",
    },
}  # fmt: skip
IDS = {"id", "repository_id", "head_repository_id", "deployment_id", "run_id"}
COUNTS = {"number", "additions", "deletions", "changed_files", "run_attempt", "issue_number"}
FLAGS = {"draft", "prerelease", "is_distinct", "is_deleted"}
LISTS = {"labels": "name", "parents": "sha", "added": "", "modified": "", "removed": ""}
MAY_BE_EMPTY = re.compile(
    r"action|title|body|message|name|workflow_name|state_reason|\w+_type|author_email|author_name|committer_email|html_url|url|log_url|target_url"
)
PLACES = {
    "pull_request_url": r"/pulls/\d{1,15}(/|$)", "issue_url": r"/issues/\d{1,15}(/|$)",
    "deployment_url": r"/deployments/\d",
}  # fmt: skip
ADDRESS = r"^https?://[^/]+/[^/?#]+/[^/?#]+"
NO_ADDRESS = {("pull_requests", "html_url"), ("workflow_runs", "html_url"), ("deployments", "url")}


def fields(table: str) -> dict[str, str]:
    """The paths that a base model reads, by the names that it gives them."""
    sql = (PROJECT / "models" / "staging" / "github" / f"base_github__{table}.sql").read_text()
    block = re.search(r"set fields = \{(.*?)\} %\}", sql, re.DOTALL)
    assert block, table
    return {name: text.split()[0] for name, text in re.findall(r'"(\w+)": "([^"]+)"', block[1])}


def whole(path: str, table: str, channel: str = "webhook") -> str:
    """A path from the root of the payload."""
    return (
        path.replace("@", "$" if channel == "api" else f"$.{OBJECTS[table]}")
        if path[0] == "@"
        else path
    )


def at(body: Any, path: str) -> Any:
    """What stands at a path, or MISSING."""
    for step in path.split(".")[1:]:
        if not isinstance(body, dict) or step not in body:
            return MISSING
        body = body[step]
    return body


def is_time(value: Any) -> bool:
    """True for an ISO text of a moment between 1971 and 2200."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\d", value):
        return False
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return False
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return 1971 <= moment.year <= 2200


def is_whole(value: Any, low: int, high: int) -> bool:
    """True for a whole number between two; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def fits(table: str, name: str, value: Any) -> bool:
    """Whether a value can be what a field is for."""
    if name == "pushed_at":
        return is_time(value) or is_whole(value, 31_536_000, 7_289_654_399)
    if name.endswith("_at") or name in {"repository_clock", "committer_date"}:
        return is_time(value)
    if (table, name) in WORDS:
        return isinstance(value, str) and value.lower() in WORDS[table, name]
    if name in COUNTS or (table, name) == ("pull_requests", "commits"):
        return is_whole(value, 0, 2**53)
    if name in FLAGS:
        return isinstance(value, bool)
    if name in LISTS or (table, name) == ("pushes", "commits"):
        return isinstance(value, list)
    if (
        name in {"head_commit", "pull_request", "workflow_run", "label", "type"}
        and table != "issue_events"
    ):
        return isinstance(value, dict)
    if name in IDS and table != "push_commits" and is_whole(value, -(2**63), 2**63 - 1):
        return True
    if not isinstance(value, str):
        return False
    if name in PLACES:
        return bool(re.search(PLACES[name], value))
    if (
        name in {"repository_url", "api_repository_url", "html_url", "url", "run_url"}
        and (table, name) not in NO_ADDRESS
    ):
        return bool(re.search(ADDRESS, value))
    if (table, name) == ("pushes", "ref"):
        return (
            value.startswith(("refs/heads/", "refs/tags/"))
            and value.count("/") > 1
            and value[-1] != "/"
        )
    return bool(value) or (
        (table, name) != ("repositories", "name") and bool(MAY_BE_EMPTY.fullmatch(name))
    )


def wrongs(
    table: str, body: Any, channel: str = "webhook", place: str = "$"
) -> tuple[set[str], list[set[str]]]:
    """The paths of which something must be told; and sets of paths, of each of which one must be: they set it aside."""
    found: set[str] = set()
    good = set()
    for name, short in fields(table).items():
        path = whole(short, table, channel)
        value = at(body, path)
        told = path.replace("$", place, 1)
        if value is not MISSING and value is not None:
            if fits(table, name, value):
                good.add(name)
            else:
                found.add(told)
            if isinstance(value, list) and name in LISTS:
                key = LISTS[name]
                texts = [
                    item.get(key) if key and isinstance(item, dict) else None if key else item
                    for item in value
                ]
                if not all(isinstance(text, str) for text in texts):
                    found.add(f"{told}[*].{key}" if key else f"{told}[*]")
        if channel == "api" and short[0] == "$" and table in OBJECTS:
            continue
        steps = path.split(".")
        for depth in range(2, len(steps)):
            above = at(body, ".".join(steps[:depth]))
            if above is not MISSING and above is not None and not isinstance(above, dict):
                found.add(".".join(steps[:depth]).replace("$", place, 1))
    names = {
        name: whole(short, table, channel).replace("$", place, 1)
        for name, short in fields(table).items()
    }
    lacking = [
        {names[name] for name in group} for group in REQUIRED[table] if not good & set(group)
    ]
    lacking += [
        {names[name]} for of, name in SOUND_WHERE_THERE if of == table and names[name] in found
    ]
    return found, lacking


# What may stand where something else was expected.
TIMES = (
    *(
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "290000-01-01T00:00:00Z",
        "infinity",
        "-infinity",
        "epoch",
    ),
    *(
        "yesterday",
        "2026-13-45T99:99:99Z",
        "2026-02-30T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "12:00:00",
    ),
)
HOSTILE = (
    *(
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "'; drop table x --",
        "\u0000",
        "a\u0000b",
        "\ud83d\ude00",
        "\u202e",
    ),
    *("x" * 5_000, "{#if x}", "[](javascript:x)", "/pulls/99999999999999999999", "https://x"),
)
NUMBERS: tuple[Any, ...] = (
    -1,
    0,
    10**30,
    -(10**30),
    2**63,
    2**63 - 1,
    2**53 + 1,
    1.5,
    1e300,
    True,
    False,
    7,
)
SHAPES: tuple[Any, ...] = (
    {},
    [],
    [None],
    {"id": 1},
    [1, "x", None, {"name": 5}, {"name": "y"}, []],
    None,
    "",
)


def mutated(body: Item, paths: list[str], chance: random.Random) -> str:
    """The text of a payload with one to three things wrong."""
    spoiled = copy.deepcopy(body)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        spoil(spoiled, paths, chance)
    text = json.dumps(spoiled, ensure_ascii=chance.random() < 0.5)
    fate = chance.random()
    if fate < 0.02:  # the text itself
        return chance.choice(
            (
                text[: chance.randrange(1, len(text))],
                "[1]",
                '"text"',
                "5",
                "null",
                "",
                "{",
                "[" * 5_000,
                text + "}",
            )
        )
    if fate < 0.04:  # a key twice
        return "{" + chance.choice(('"repository":5,', '"action":{},', '"id":"x",')) + text[1:]
    if fate < 0.06:  # half a character, and one that databases dislike
        return text.replace('":"', chance.choice(('":"\\ud83d', '":"\\u0000')), 3)
    if fate < 0.065:
        return text[:-1] + ',"deep":' + "[" * 300 + "]" * 300 + "}"
    return text


def spoil(body: Item, paths: list[str], chance: random.Random) -> None:
    """Put one thing wrong into a payload."""
    steps = chance.choice(paths).split(".")[1:] if chance.random() < 0.8 else anywhere(body, chance)
    if len(steps) > 1 and chance.random() < 0.2:
        steps = steps[: chance.randrange(1, len(steps))]
    holder: Any = body
    for step in steps[:-1]:
        holder = holder.get(step) if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or not steps:
        return
    key = steps[-1]
    kind = chance.random()
    value = holder.get(key)
    if kind < 0.15:
        holder.pop(key, None)
    elif kind < 0.25:
        holder[key] = None
    elif kind < 0.45:
        holder[key] = chance.choice(TIMES)
    elif kind < 0.6:
        holder[key] = chance.choice(NUMBERS)
    elif kind < 0.75:
        holder[key] = chance.choice(HOSTILE)
    elif kind < 0.9 or not isinstance(value, list):
        holder[key] = copy.deepcopy(chance.choice(SHAPES))
    else:
        value.insert(
            chance.randrange(len(value) + 1), copy.deepcopy(chance.choice((*SHAPES, *NUMBERS, "x")))
        )
        if isinstance(value[0], dict) and value[0]:
            spoil(value[0], ["$." + name for name in value[0]], chance)


def anywhere(body: Any, chance: random.Random) -> list[str]:
    """The steps to a random place."""
    steps: list[str] = []
    while isinstance(body, dict) and body and (not steps or chance.random() < 0.7):
        steps.append(chance.choice(list(body)))
        body = body[steps[-1]]
    return steps


def read(text: str) -> Any:
    """A payload as the standard library reads it; of a key that stands twice the first is meant. None: no object."""

    def first(pairs: list[tuple[str, Any]]) -> Item:
        kept: Item = {}
        for key, value in pairs:
            kept.setdefault(key, value)
        return kept

    try:
        body = json.loads(
            text, object_pairs_hook=first, parse_constant=lambda name: json.loads("!")
        )
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def parts(body: Item) -> Iterator[tuple[str, Any]]:
    """The commits that a push tells, with their paths."""
    commits = body.get("commits")
    if isinstance(commits, list):
        for position, commit in enumerate(commits):
            yield f"$.commits[{position}]", commit
    if isinstance(body.get("head_commit"), dict):
        yield "$.head_commit", body["head_commit"]
