"""The generic source: records in our own published schemas, from files or by webhook → raw_generic.

For tools that are not listed. What a record may say stands in `pipelines/generic/schemas/<type>.json`; a record that is
not valid goes to the quarantine with what is wrong, and stops nothing.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from pipelines import files as exported
from pipelines import landing
from pipelines.generic import files
from pipelines.generic.webhook import WEBHOOK
from pipelines.landing import LoadSummary, Progress, Record
from pipelines.webhooks import deliveries
from pipelines.webhooks.contract import Delivery
from pipelines.webhooks.deliveries import QUARANTINE


def configured() -> bool:
    """False: files are named by `--path`, and webhooks are landed by `engops load webhooks`."""
    return False


def load(*, path: Path | str, progress: Progress | None = None) -> LoadSummary:
    """Land the records of a file or of a folder of files: JSON lines, JSON, CSV or Parquet.

    A record is known again by its content, so that a file landed twice changes nothing downstream. What is no valid
    record goes to the quarantine, and is told with file, line and field. `progress` is called with "records" and how
    many so far.

    Raises `LoadError` where the path does not exist or holds no such file.
    """
    rows: Counter[str] = Counter()
    problems: list[str] = []
    found = files.found(Path(path))

    def records() -> Iterator[tuple[str, Record]]:
        """Every row of every file as a record, with its raw table."""
        for count, (origin, text, wrong) in enumerate(files.rows(Path(path), found), 1):
            if wrong:
                reading = deliveries.damaged(text, now, origin, wrong, "file", is_cut=not text)
                problems.append(f"{origin}: {wrong}")
            else:
                reading = deliveries.read(WEBHOOK, Delivery({}, text, now), origin, "file")
                if reading.problem:
                    problems.append(f"{origin}: {reading.problem} at {reading.problem.path or '$'}")
            rows[reading.table] += 1
            if progress and count % landing.BATCH == 0:
                progress("records", count)
            yield reading.table, reading.record._replace(channel="file")

    now = landing.now()
    batches = landing.prepared("generic", batched(records()))
    landing.land("generic", [landing.dispatched(batches, "files")], [QUARANTINE])
    notes = exported.noted(problems, "are no valid records and lie in raw_generic.quarantine")
    notes += exported.unread(Path(path), files.NAMES)
    return LoadSummary("generic", dict(rows), tuple(notes))


def batched(records: Iterator[tuple[str, Record]]) -> Iterator[tuple[str, pa.Table]]:
    """Arrow batches of a bounded number of characters, each for one raw table."""
    waiting: dict[str, list[Record]] = {}
    size = 0
    for table, record in records:
        waiting.setdefault(table, []).append(record)
        size += len(record.payload)
        if size >= landing.BATCH_CHARACTERS:
            yield from ((name, landing.to_arrow(batch)) for name, batch in waiting.items())
            waiting, size = {}, 0
    yield from ((name, landing.to_arrow(batch)) for name, batch in waiting.items())
