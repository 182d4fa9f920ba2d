"""What hours of GH Archive say of merged pull requests, in plain Python: no code, model or rule of the project is used.

    python tests/independent/gharchive.py 2015-01-01-0.json.gz 2015-01-01-1.json.gz

A request is merged where an event carries the time of its merge, or says `merged` by itself. It was opened when an
event says so; where none carries that time, at the event that opened it, if that lies in one of the hours.
"""

import gzip
import json
import statistics
import sys
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """Merged requests, the repositories that they were merged into, and the median seconds from opened to merged."""

    merged: int
    repositories: int
    median_seconds: float | None


def moment(text: str) -> datetime:
    """A time as any of the archive's years writes it."""
    text = text.replace("/", "-")
    date, clock, *zone = text.split(" ") if " " in text else (*text.split("T"),)
    return datetime.fromisoformat(f"{date}T{clock}{''.join(zone)}")


def events(path: Path) -> list[dict[str, Any]]:
    """The requests' events of an hour."""
    decoder, found = json.JSONDecoder(), []
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode()
    start = 0
    while start < len(text):
        if text[start].isspace():
            start += 1
            continue
        event, start = decoder.raw_decode(text, start)
        if event["type"] == "PullRequestEvent":
            found.append(event)
    return found


def answer(paths: list[Path]) -> Answer:
    """What several hours say together."""
    requests: dict[tuple[Any, Any], list[tuple[datetime, dict[str, Any]]]] = defaultdict(list)
    names: dict[Any, tuple[datetime, str]] = {}
    for path in paths:
        for event in events(path):
            repository = event.get("repo") or event["repository"]
            when = moment(event["created_at"])
            name = (
                repository["name"]
                if "repo" in event
                else f"{repository['owner']}/{repository['name']}"
            )
            if name.count("/") != 1 or name.startswith("/") or name.endswith("/"):
                continue
            key = repository.get("id") or name.lower()
            names[key] = max(names.get(key, (when, name.lower())), (when, name.lower()))
            payload = event["payload"]
            number = payload.get("number") or payload["pull_request"]["number"]
            requests[key, number].append((when, payload))
    merged, repositories, seconds = 0, set(), []
    for (key, _), told in requests.items():
        opened_at = merged_at = None
        for when, payload in sorted(told, key=lambda pair: pair[0]):
            request = payload["pull_request"]
            if request.get("created_at"):
                opened_at = moment(request["created_at"])
            elif payload["action"] == "opened" and opened_at is None:
                opened_at = when
            if request.get("merged_at"):
                merged_at = moment(request["merged_at"])
            elif payload["action"] == "merged":
                merged_at = when
        if merged_at is not None:
            merged += 1
            repositories.add(names[key][1])
            if opened_at is not None:
                seconds.append((merged_at - opened_at).total_seconds())
    return Answer(merged, len(repositories), statistics.median(seconds) if seconds else None)


if __name__ == "__main__":
    for path in sys.argv[1:]:
        sys.stdout.write(f"{path}: {answer([Path(path)])}\n")
    sys.stdout.write(f"together: {answer([Path(path) for path in sys.argv[1:]])}\n")
