"""The finance source: what services and teams cost, from CSV and Parquet files → raw_finance.

Where a file changed, what it says now replaces all that it said before. Each version of a file lands as rows in `costs`
and one row in `files`, in one load; what has not changed lands no second time.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import dlt
import pyarrow as pa

from pipelines import files as exported
from pipelines import landing
from pipelines.finance import files
from pipelines.landing import LoadError, LoadSummary, Progress, Record
from pipelines.webhooks.deliveries import INVALID, QUARANTINE, UnreadableError
from pipelines.webhooks.folder import BROKEN_FILE

TABLES = ("costs", exported.VERSIONS, QUARANTINE)


def configured() -> bool:
    """True where `[sources.finance]` names a folder of files."""
    return bool(dlt.config.get("sources.finance.path", str))


def reach() -> None:
    """Look for the folder; raises `LoadError` where it is not there."""
    exported.reached(dlt.config.get("sources.finance.path", str))


def load(
    *,
    path: Path | str | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land the files of a path, else of the configured one, that are new or changed.

    A row that cannot be counted goes to the quarantine and is told with file, line and column; a file that cannot be
    read to its end lands not at all, and what it said before stays. Raises `LoadError` where there is no such path.
    """
    named = path or dlt.config.get("sources.finance.path", str)
    if not named:
        raise LoadError(
            "path is missing: write the folder of your files into [sources.finance] of .dlt/config.toml, or --path"
        )
    root = Path(named).expanduser()
    found = exported.found(root, files.NAMES)
    landing.resumed("finance")
    known = {} if full_refresh else exported.newest("finance")
    tags = files.Tags(
        dlt.config.get("sources.finance.service_tag", str) or "service",
        dlt.config.get("sources.finance.team_tag", str) or "team",
    )
    rows: Counter[str] = Counter()
    wrong: list[str] = []

    def aside(content: bytes, origin: str, problem: UnreadableError) -> tuple[str, pa.Table]:
        """A row of the quarantine."""
        rows[QUARANTINE] += 1
        return QUARANTINE, exported.set_aside(content, origin, problem)

    def batches() -> Iterator[tuple[str, pa.Table]]:
        """Every changed file's rows, then the file itself."""
        for file in found:
            called, digest = exported.name_of(file, root), exported.digest_of(file, *tags)
            if known.get(called) == digest:
                continue
            if error := exported.broken(files.rows(file, tags)):
                wrong.append(f"{called}: {error}; what it said before stays")
                yield aside(b"", called, UnreadableError(BROKEN_FILE, error))
                continue
            seen_at = landing.now()
            batch: list[Record] = []
            lines: dict[str, int] = {}
            for line, kind, cost in files.rows(file, tags):
                origin = f"{called}:{line}"
                if isinstance(cost, exported.WrongRow):
                    wrong.append(f"{origin}: {cost.problem}")
                    yield aside(cost.text, origin, cost.problem)
                    continue
                problems = files.problems(kind, cost)
                first = line
                if not problems and cost.get("id") is not None:
                    first = lines.setdefault(str(cost["id"]), line)
                if first != line:
                    problems = [f"id stands in line {first} as well, which counts"]
                if problems:
                    wrong.append(f"{origin}: {'; '.join(problems)}")
                    problem = UnreadableError(
                        INVALID, "; ".join(problems), f"$.{problems[0].split()[0]}"
                    )
                    yield aside(landing.dumps(cost).encode(), origin, problem)
                    continue
                batch.append(record(called, line, kind, cost, seen_at))
                rows["costs"] += 1
                if len(batch) >= landing.BATCH:
                    yield "costs", landing.to_arrow(batch)
                    batch = []
                    if progress:
                        progress("costs", rows["costs"])
            if batch:
                yield "costs", landing.to_arrow(batch)
            rows[exported.VERSIONS] += 1
            yield exported.VERSIONS, exported.version(called, digest, seen_at)

    landing.land("finance", [landing.dispatched(batches(), "records")], TABLES)
    notes = exported.noted(wrong, "cannot be counted and lie in raw_finance.quarantine")
    notes += exported.unread(root, files.NAMES)
    return LoadSummary("finance", dict(rows), tuple(notes))


def record(called: str, line: int, kind: str, cost: files.Cost, seen_at: datetime) -> Record:
    """One row of a version of a file."""
    seen = seen_at.isoformat()
    text = landing.dumps({"file": called, "line": line, "seen_at": seen, "row": cost})
    return Record(landing.key_of(called, seen, line), "file", kind, seen_at, text)
