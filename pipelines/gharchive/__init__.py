"""The GH Archive source: hours of public events, from local files or the archive's server → raw_gharchive.

One load an hour, streamed: an hour of 200,000 events never lies in memory. What is landed is what the models read
(requests, reviews, comments, issues, pushes, tags, branches, releases); stars, forks and the like are counted and left
out. An hour that was read to its end is vouched for in the load ledger; of one that is cut, what could be read stays,
and nothing is vouched for.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import dlt

from pipelines import config
from pipelines.gharchive.archive import download
from pipelines.gharchive.events import Wanted
from pipelines.gharchive.hour import Hour
from pipelines.landing import LoadError, LoadSummary, Progress

log = logging.getLogger(__name__)

BASE_URL = "https://data.gharchive.org"
NAMES = ("*.json.gz", "*.json", "*.jsonl", "*.jsonl.gz")
SHOWN = 10
HOUR = re.compile(r"(\d{4}-\d{2}-\d{2})-(\d{1,2})")


def configured() -> bool:
    """True where `[sources.gharchive]` names hours to read."""
    return bool(dlt.config.get("sources.gharchive.hours", list))


def load(
    *,
    path: Path | str | None = None,
    hours: str | None = None,
    repositories: str | None = None,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land hours: the files at `path`, or `hours` of the archive's server (`2024-01-01-0..2024-01-01-23,2024-01-03-7`).

    `repositories` are `owner/name` or `owner`, with commas; only their events land then. What is not given is asked of
    `[sources.gharchive]`: `hours`, `repositories`, `base_url`. `progress` is called with "events" and how many so far.

    Raises `LoadError` where nothing can be read.
    """
    wanted = Wanted.of(repositories.split(",") if repositories else listed("repositories"))
    summary = Summary()
    if path is not None:
        for file in files(Path(path)):
            summary.add(Hour(file, wanted, progress).load())
    else:
        names = named(hours.split(",") if hours else listed("hours"))
        server = dlt.config.get("sources.gharchive.base_url", str) or BASE_URL
        with TemporaryDirectory(dir=config.data_dir(), prefix="gharchive-") as folder:
            for name in names:
                if fetched := download(server, name, Path(folder)):
                    summary.add(Hour(fetched, wanted, progress).load())
                    fetched.unlink()
                else:
                    summary.missing.append(name)
    return LoadSummary("gharchive", dict(summary.rows), tuple(summary.notes()))


def listed(key: str) -> Sequence[str]:
    """A list of `[sources.gharchive]`."""
    return [str(value) for value in dlt.config.get(f"sources.gharchive.{key}", list) or []]


def files(path: Path) -> list[Path]:
    """The hours at a path, in the order of their names; a link that leads out of the folder is not followed."""
    if not path.exists():
        raise LoadError(f"{path} does not exist; --path wants an hour or a folder of hours.")
    if path.is_file():
        return [path]
    root = path.resolve()
    found = {file for name in NAMES for file in path.rglob(name)}
    found = {file for file in found if file.is_file() and file.resolve().is_relative_to(root)}
    if not found:
        raise LoadError(f"{path} holds no hour: looked for {', '.join(NAMES)}.")
    return sorted(found)


def named(hours: Sequence[str]) -> list[str]:
    """The names of hours, ranges spelt out."""
    found = []
    for text in hours:
        first, _, last = text.strip().partition("..")
        start, stop = moment(first), moment(last or first)
        if stop < start:
            raise LoadError(f"{text!r} ends before it begins")
        while start <= stop:
            found.append(f"{start:%Y-%m-%d}-{start.hour}")
            start += timedelta(hours=1)
    if not found:
        raise LoadError(
            "no hour is named: give --path or --hours 2024-01-01-15, or write hours = ['2024-01-01-15'] into "
            "[sources.gharchive] of .dlt/config.toml"
        )
    return list(dict.fromkeys(found))


def moment(name: str) -> datetime:
    """The hour that a name means."""
    match = HOUR.fullmatch(name)
    try:
        if match:
            return datetime.fromisoformat(match[1]) + timedelta(hours=int(match[2]))
    except ValueError:
        pass
    raise LoadError(f"{name!r} is no hour of the archive: write 2024-01-01-15")


class Summary:
    """What the hours of one load came to."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.rows: Counter[str] = Counter()
        self.missing: list[str] = []
        self.hours: list[Hour] = []

    def add(self, hour: Hour) -> None:
        """Count an hour."""
        self.rows.update(hour.rows)
        self.hours.append(hour)
        log.info("gharchive: %s: %s of %s events", hour.name, f"{hour.landed:,}", f"{hour.read:,}")

    def notes(self) -> Iterator[str]:
        """Sentences that the user should read."""
        cut = [f"{hour.name} ({hour.problem})" for hour in self.hours if hour.problem]
        if cut:
            yield f"cut, and not vouched for; what could be read has landed: {shown(cut)}"
        if self.missing:
            yield f"not on the server: {shown(self.missing)}"
        if unread := sum(hour.unread for hour in self.hours):
            yield f"{unread:,} lines are no event, and lie in raw_gharchive.quarantine"
        if left := sum(hour.read - hour.landed for hour in self.hours):
            yield f"{left:,} events of other kinds or of other repositories were left out"


def shown(names: Sequence[str]) -> str:
    """The first of some names."""
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
