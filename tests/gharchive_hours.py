"""Hours of GH Archive as each of its eras wrote them: made up, with the field names of real ones."""

import gzip
import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

Event = dict[str, Any]
ERAS = {
    "2011": datetime(2011, 5, 26, 14, tzinfo=UTC),
    "2012": datetime(2012, 4, 2, 6, tzinfo=UTC),
    "2013": datetime(2013, 1, 4, 18, tzinfo=UTC),
    "2019": datetime(2019, 7, 1, 10, tzinfo=UTC),
    "2024": datetime(2024, 1, 1, 15, tzinfo=UTC),
    "2026": datetime(2026, 2, 3, 9, tzinfo=UTC),
}
PACIFIC = timezone(timedelta(hours=-8))


def iso(when: datetime) -> str:
    """A time as payloads write it."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def sha(*parts: object) -> str:
    """A commit's SHA that can be told apart."""
    return ":".join(map(str, parts)).encode().hex().ljust(40, "0")[:40]


def envelope(
    era: str,
    kind: str,
    when: datetime,
    payload: Event,
    *,
    repository: int = 1,
    name: str = "acme/shop",
    login: str = "ada",
    page: str = "",
) -> Event:
    """An event of an era around its payload."""
    owner, _, short = name.partition("/")
    if era in ("2012", "2013"):
        local = when.astimezone(PACIFIC)
        told = local.strftime("%Y/%m/%d %H:%M:%S -0800") if era == "2012" else local.isoformat()
        return {
            "created_at": told,
            "payload": payload,
            "public": True,
            "type": kind,
            "url": page or f"https://github.com/{name}",
            "actor": login,
            "actor_attributes": {"login": login, "type": "User"},
            "repository": {
                "id": repository,
                "name": short,
                "url": f"https://github.com/{name}",
                "owner": owner,
                "master_branch": "master",
            },
        }
    host = "api.github.dev" if era == "2011" else "api.github.com"
    return {
        "id": str(int(when.timestamp() * 1000) + random.Random(repr(payload)).randrange(1000)),
        "type": kind,
        "actor": {"id": 7, "login": login, "url": f"https://{host}/users/{login}"},
        "repo": {"id": repository, "name": name, "url": f"https://{host}/repos/{name}"},
        "payload": payload,
        "public": True,
        "created_at": iso(when),
    }


def pull(
    era: str,
    action: str,
    number: int,
    opened: datetime,
    when: datetime,
    *,
    is_merged: bool = False,
    **about: Any,
) -> Event:
    """A request's event; `action` is `closed` for a merge too, but for the era of few fields."""
    repository, name = about.get("repository", 1), about.get("name", "acme/shop")
    base = {"ref": "main", "sha": sha("base"), "repo": {"id": repository, "name": name}}
    thin: Event = {
        "url": f"https://api.github.com/repos/{name}/pulls/{number}",
        "id": repository * 1000 + number,
        "number": number,
        "head": {"ref": f"work-{number}", "sha": sha(name, number), "repo": {"id": repository}},
        "base": base,
    }
    if era == "2011":
        request: Event = {"number": number, "id": thin["id"], "title": "Change", "commits": 1}
        request |= {"issue_id": 5, "additions": 3, "deletions": 1}
    elif era == "2026":
        request, action = thin, "merged" if is_merged else action
    else:
        is_closed = action == "closed"
        request = thin | {
            "state": "closed" if is_closed else "open",
            "title": "Change",
            "body": "",
            "html_url": f"https://github.com/{name}/pull/{number}",
            "user": {"login": about.get("login", "ada"), "type": "User"},
            "created_at": iso(opened),
            "closed_at": iso(when) if is_closed else None,
            "merged_at": iso(when) if is_merged else None,
            "merge_commit_sha": sha("merge", number) if is_merged else None,
            "additions": 3,
            "deletions": 1,
            "changed_files": 2,
            "commits": 1,
        }
    page = f"https://github.com/{name}/pull/{number}"
    payload = {"action": action, "number": number, "pull_request": request}
    return envelope(era, "PullRequestEvent", when, payload, page=page, **about)


def busy(era: str, requests: int = 60) -> list[Event]:
    """An hour of requests opened, closed, reopened and merged in several repositories, one of which is renamed."""
    chance = random.Random(era)
    start = ERAS[era]
    told: list[tuple[datetime, Event]] = []
    for number in range(1, requests + 1):
        number_of = chance.randrange(1, 9)
        when = start + timedelta(seconds=chance.randrange(3000))
        late = when > start + timedelta(minutes=20)
        name = f"acme-{era}/{'renamed' if number_of == 3 and late else f'repository-{number_of}'}"
        about = {
            "repository": int(era) * 10 + number_of,
            "name": name,
            "login": chance.choice(["ada", "bob"]),
        }
        opened = when if chance.random() < 0.6 else start - timedelta(hours=chance.randrange(1, 99))
        if opened == when:
            told.append((when, pull(era, "opened", number, opened, when, **about)))
        ended = when + timedelta(seconds=chance.randrange(1, 500))
        fate = chance.random()
        if fate < 0.6:
            event = pull(era, "closed", number, opened, ended, is_merged=fate < 0.45, **about)
            told.append((ended, event))
        elif fate < 0.7:
            told.append((ended, pull(era, "closed", number, opened, ended, **about)))
            again = ended + timedelta(seconds=7)
            told.append((again, pull(era, "reopened", number, opened, again, **about)))
    told.sort(key=lambda pair: pair[0])
    return [event for _, event in told]


def write(folder: Path, name: str, told: Iterable[Event], between: str = "\n") -> Path:
    """An hour's file; the first years put nothing between events."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        for event in told:
            file.write(json.dumps(event, separators=(",", ":")) + between)
    return path


def name_of(when: datetime) -> str:
    """The name of an hour's file."""
    return f"{when:%Y-%m-%d}-{when.hour}"
