"""GH Archive: an hour of recorded events, and small ones of the years that no package holds."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines import gharchive
from tests import gharchive_hours as hours
from tests.packages import Package
from tests.sources import Case, Provenance, person

PYGITHUB = Package(
    "pypi",
    "pygithub",
    "2.10.0",
    "90ff24ef1cd1bd57124c2a3869cafee9d7b066909129ecdaba2c2d1903bc118d",
)
RECORDINGS = (
    "AuthenticatedUser.testGetEvents",
    "Github.testGetEvents",
    "NamedUser.testGetPublicReceivedEvents",
)
OPENED = datetime(2025, 9, 1, 8)
MERGED = datetime(2025, 12, 1, 9)


def recorded() -> list[hours.Event]:
    """The events that the API answered with when the package's tests were recorded; the archive keeps the same."""
    folder = PYGITHUB.path() / "pygithub-2.10.0" / "tests" / "ReplayData"
    found = {}
    for name in RECORDINGS:
        for line in (folder / f"{name}.txt").read_text().splitlines():
            if line.startswith("[{"):
                found |= {event["id"]: event for event in json.loads(line)}
    return list(found.values())


def own() -> list[hours.Event]:
    """A release, a review and a deleted tag; a request that is opened before the fields became few and merged after."""

    def event(kind: str, minute: int, payload: dict[str, Any]) -> hours.Event:
        return hours.envelope(
            "2024", kind, OPENED + timedelta(minutes=minute), payload, repository=9
        )

    user = {"login": "renovate[bot]", "type": "Bot"}
    review = {"id": 70, "state": "approved", "submitted_at": "2025-09-01T08:05:00Z", "user": user}
    release = {"id": 80, "tag_name": "v1", "target_commitish": "main", "draft": False}
    release |= {"prerelease": False, "published_at": "2025-09-01T08:30:00Z", "author": user}
    tag = {"ref": "v0", "ref_type": "tag"}
    about = {"repository": 9}
    return [
        hours.pull("2024", "opened", 4, OPENED, OPENED, **about),
        event(
            "PullRequestReviewEvent",
            5,
            {"action": "created", "review": review, "pull_request": {"number": 4}},
        ),
        event("CreateEvent", 6, tag),
        event("DeleteEvent", 7, tag),
        event("ReleaseEvent", 30, {"action": "published", "release": release}),
        hours.pull("2026", "closed", 4, OPENED, MERGED, is_merged=True, **about),
    ]


def land(folder: Path) -> None:
    """Three hours of three formats."""
    hours.write(folder, "recorded", recorded())
    hours.write(folder, "own", own())
    closed = {"action": "closed", "number": 12, "issue": 959102}
    when = hours.ERAS["2013"]
    timeline = hours.envelope("2013", "IssuesEvent", when, closed, repository=10, name="acme/old")
    hours.write(folder, "timeline", [timeline])
    gharchive.load(path=folder)


ROWS = {
    "repositories": [
        {"repository_key": "github.com/acme/old", "default_branch": "master"},
        {"repository_key": "github.com/boto/boto"},
    ],
    "changes": [
        {
            "change_key": "gharchive:771016:770",
            "repository_key": "github.com/boto/boto",
            "change_number": 770,
            "lines_added": 7,
            "is_bot": False,
            "opened_at": "2012-05-19 23:15:06",
            "merged_at": "2012-05-20 07:40:29",
        },
        {  # closed and opened again within seconds
            "change_key": "gharchive:4348574:29",
            "opened_at": "2012-05-26 20:10:29",
            "merged_at": None,
            "closed_at": None,
        },
        {
            "change_key": "gharchive:9:4",
            "actor_key": person("ada"),
            "lines_added": 3,
            "opened_at": "2025-09-01 08:00:00",
            "merged_at": "2025-12-01 09:00:00",
            "merge_commit_sha": None,
        },
    ],
    "reviews": [
        {
            "review_key": "gharchive:review:70",
            "change_key": "gharchive:9:4",
            "kind": "approved",
            "is_bot": True,
            "submitted_at": "2025-09-01 08:05:00",
        }
    ],
    "work_items": [
        {
            "work_item_key": "gharchive:10:issue:12",
            "state": "closed",
            "created_at": None,
            "closed_at": "2013-01-04 18:00:00",
        },
    ],
    "work_item_transitions": [
        {"work_item_key": "gharchive:10:issue:12", "kind": "closed", "actor_key": person("ada")}
    ],
    "deployments": [
        {
            "candidate_key": "gharchive:release:80",
            "kind": "release",
            "tag_name": "v1",
            "finished_at": "2025-09-01 08:30:00",
        },
        {"candidate_key": "gharchive:tag:9:v0", "kind": "tag", "is_deleted": True},
    ],
}
RECORDED = ("repositories", "changes", "work_items", "work_item_transitions", "deployments")

CASE = Case(
    source="gharchive",
    files=land,
    rows=ROWS,
    among_others=tuple(ROWS),
    provenance=[
        Provenance("recorded", package=PYGITHUB, covers=[(entity, "file") for entity in RECORDED]),
        Provenance(
            "own",
            note="the years that no package holds, with field names of public samples",
            covers=[(entity, "file") for entity in ROWS],
        ),
    ],
)
