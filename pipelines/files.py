"""Files that a company exports: which lie at a path, and the rows that they hold: JSON lines, JSON, CSV and Parquet.

Whatever a file holds, memory stays bounded, and nothing that lies outside a folder is read.
"""

import csv
import gzip
import hashlib
import re
import zlib
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO, TextIOWrapper
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import landing
from pipelines.landing import LoadError
from pipelines.webhooks.deliveries import NOT_UTF8, UnreadableError, damaged
from pipelines.webhooks.folder import lines

CSV = (".csv", ".csv.gz")
LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
JSON = (".json",)
PARQUET = (".parquet",)
# A file that is one JSON text is read as a whole.
LARGEST = 256 * 2**20
DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
# Bytes that are not UTF-8, as `surrogateescape` writes them.
FOREIGN = re.compile("[\udc80-\udcff]")
# Of what is wrong, so much is told.
SHOWN = 10
SURPLUS = "cells that no column of the header names"
# The raw table of the versions of files, of a source whose changed file replaces what it said before.
VERSIONS = "files"
NEWEST = """
    select payload ->> '$.file', max_by(payload ->> '$.digest', payload ->> '$.seen_at')
    from raw_{source}.files group by all
"""


class BrokenError(ValueError):
    """A file that cannot be read to its end: why, and the line where there is one."""


class WrongRow(NamedTuple):
    """A row of CSV that is none of its header: why, and its text, which the quarantine keeps."""

    problem: UnreadableError
    text: bytes


Cells = dict[str, str]


def is_a(file: Path, names: tuple[str, ...]) -> bool:
    """True where a file's name ends so, in any case."""
    return file.name.lower().endswith(names)


def found(path: Path, names: tuple[str, ...]) -> list[Path]:
    """The files at a path, in the order of their names; a link that leads out of the folder is not followed."""
    if not path.exists():
        raise LoadError(f"{path} does not exist; --path wants a file or a folder of files.")
    chosen = [file for file in below(path) if is_a(file, names) and is_inside(file, path)]
    if not chosen:
        raise LoadError(f"{path} holds no records: looked for *{', *'.join(names)}.")
    return chosen


def below(path: Path) -> list[Path]:
    """Every file at a path, in the order of their names."""
    return [
        file for file in ([path] if path.is_file() else sorted(path.rglob("*"))) if file.is_file()
    ]


def is_inside(file: Path, path: Path) -> bool:
    """True for a file that lies below a path, links followed."""
    return file.resolve().is_relative_to(path.resolve())


def unread(path: Path, names: tuple[str, ...]) -> list[str]:
    """A note of the files at a path that are not read; none where all are, whatever is hidden."""
    left = [
        called
        for file in below(path)
        if not (is_a(file, names) and is_inside(file, path))
        and not (called := name_of(file, path)).startswith(".")
        and "/." not in called
    ]
    if not left:
        return []
    more = f" and {len(left) - SHOWN:,} more" if len(left) > SHOWN else ""
    return [
        f"{len(left):,} files were not read, since only *{', *'.join(names)} within the folder are: "
        f"{', '.join(left[:SHOWN])}{more}"
    ]


def reached(path: str | None) -> None:
    """Raise `LoadError` where a path is configured and not there."""
    if path and not Path(path).expanduser().exists():
        raise LoadError(f"{path} does not exist")


def name_of(file: Path, path: Path) -> str:
    """What a file is called below the path that was named; one that was named itself by its own name."""
    return file.relative_to(path).as_posix() if file != path else file.name


def texts(file: Path) -> Iterator[tuple[int, bytes]]:
    """The JSON texts of a file, each with its line; of a whole file its elements, or itself as number 0."""
    if is_a(file, LINES):
        try:
            with (gzip.open if is_a(file, (".gz",)) else open)(file, "rb") as content:
                for number, (line, _) in enumerate(lines(content), 1):
                    if text := line.removeprefix(BOM_UTF8).strip():
                        yield number, text
        except (OSError, EOFError, zlib.error) as error:
            raise BrokenError(f"cannot be read ({type(error).__name__})") from error
        return
    if file.stat().st_size > LARGEST:
        raise BrokenError("larger than 256 MB; write a line a record (.jsonl)")
    text = file.read_bytes().removeprefix(BOM_UTF8)
    try:
        whole = orjson.loads(text)
    except orjson.JSONDecodeError:
        whole = None
    if not isinstance(whole, list):
        yield 0, text
        return
    for number, record in enumerate(whole, 1):
        yield number, orjson.dumps(record)


def cells(file: Path) -> Iterator[tuple[int, Cells | WrongRow]]:
    """The rows of a CSV file below its header, each with its line; an empty cell is left out."""
    number = 1
    try:
        with (gzip.open if is_a(file, (".gz",)) else open)(file, "rb") as content:
            # bytes of another encoding stay what they are, so that they are found and kept
            text = TextIOWrapper(content, "utf-8-sig", errors="surrogateescape", newline="")
            reader = csv.reader(text)
            names = header(next(filter(None, reader), []))
            for row in filter(None, reader):
                number = reader.line_num
                yield number, told(names, row)
    except csv.Error as error:
        raise BrokenError(f"no CSV after line {number}") from error
    except (OSError, EOFError, zlib.error) as error:
        raise BrokenError(f"cannot be read ({type(error).__name__})") from error


def header(row: list[str]) -> list[str]:
    """The names of the columns; raises where they are no text, or one stands twice and one alone could be read."""
    if "\0" in "".join(row):
        raise BrokenError("UTF-16 or no text; write it as UTF-8")
    if not is_text(row):
        raise BrokenError("its header is not UTF-8")
    for mark, name in DELIMITERS.items():
        if len(row) == 1 and mark in row[0]:
            raise BrokenError(f"its columns are parted by {name}; write commas")
    names = [name.strip() for name in row]
    counted = Counter(name.lower() for name in names if name)
    twice = [name for name, count in counted.items() if count > 1]
    if twice:
        raise BrokenError(f"its header names {', '.join(twice)} more than once")
    return names


def told(names: list[str], row: list[str]) -> Cells | WrongRow:
    """What a row says of its columns."""
    if not is_text(row):
        return WrongRow(UnreadableError(NOT_UTF8), text_of(row))
    found = [cell.strip() for cell in row]
    nameless = [cell for name, cell in zip_longest(names, found) if cell and not name]
    if nameless:
        problem = UnreadableError(SURPLUS, f"{len(nameless)}; is a comma unquoted?")
        return WrongRow(problem, text_of(row))
    return {name: cell for name, cell in zip(names, found, strict=False) if cell}


def is_text(row: list[str]) -> bool:
    """True where all of a row is UTF-8."""
    return not FOREIGN.search("".join(row))


def text_of(row: list[str]) -> bytes:
    """A row as CSV writes it, in the bytes that it had."""
    text = StringIO()
    csv.writer(text, lineterminator="").writerow(row)
    return text.getvalue().encode(errors="surrogateescape")


def records(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a Parquet file, each with its number, without what is null."""
    number = 0
    try:
        for batch in pq.ParquetFile(file).iter_batches(landing.BATCH):
            for row in batch.to_pylist():
                number += 1
                yield (
                    number,
                    {key: plain(value) for key, value in row.items() if value is not None},
                )
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BrokenError("no Parquet" if not number else f"broken after row {number}") from error


def plain(value: Any) -> Any:
    """A value of Parquet as JSON has it; a map is an object."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(one, tuple) and len(one) == 2 for one in value):
            return {str(key): plain(one) for key, one in value}
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def is_number(value: Any) -> bool:
    """True for a number; a flag is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def noted(wrong: list[str], what: str) -> list[str]:
    """Notes of a load: of how many rows `what` is true, and the first of them; none where there is none."""
    if not wrong:
        return []
    more = [f"… and {len(wrong) - SHOWN:,} more"] if len(wrong) > SHOWN else []
    return [f"{len(wrong):,} {what}; mend and load again:", *wrong[:SHOWN], *more]


def moment(cell: str) -> str:
    """A time of a cell as ISO text: without an offset it is UTC, a day is its beginning; as it is where it is none."""
    try:
        value = datetime.fromisoformat(cell)
    except ValueError:
        return cell
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()


def newest(source: str) -> dict[str, str]:
    """The digest of the newest version of each file that has landed, by the file's name."""
    return dict(landing.landed(NEWEST.format(source=source)))


def digest_of(file: Path, *how: Any) -> str:
    """What a file holds, and how it is read."""
    with file.open("rb") as content:
        return landing.key_of(hashlib.file_digest(content, "sha256").hexdigest(), *how)


def broken(rows: Iterable[Any]) -> str | None:
    """Why a file cannot be read to its end, null where it can: one that breaks off must replace nothing."""
    try:
        for _ in rows:
            pass
    except BrokenError as error:
        return str(error)
    return None


def version(name: str, digest: str, seen_at: datetime) -> pa.Table:
    """The row of one version of a file: it lands with the version's own rows, in one load."""
    told = {"file": name, "digest": digest, "seen_at": seen_at.isoformat()}
    key = landing.key_of(*told.values())
    return landing.to_arrow([landing.Record(key, "file", "file", seen_at, landing.dumps(told))])


def set_aside(content: bytes, origin: str, problem: UnreadableError) -> pa.Table:
    """The quarantine's row of what stands at a line of a file; without content where that may not be kept."""
    reading = damaged(content, landing.now(), origin, problem, "file", is_cut=not content)
    return landing.to_arrow([reading.record])
