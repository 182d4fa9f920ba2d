"""Rows of files as the JSON text of a record each: JSON lines, JSON, CSV and Parquet.

CSV knows only text: a column is read as its schema says, an empty cell is a missing field, and a list is separated by
`;`. The type of a row stands in its column `type`, else in the name of its file (`2026-06.deployment.parquet`).
"""

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import landing
from pipelines.generic.schemas import schemas
from pipelines.landing import LoadError
from pipelines.webhooks.folder import lines

LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
NAMES = (*LINES, ".json", ".csv", ".csv.gz", ".parquet")

Row = tuple[str, bytes]


def found(path: Path) -> list[Path]:
    """The files at a path, in the order of their names; a link that leads out of the folder is not followed."""
    if not path.exists():
        raise LoadError(f"{path} does not exist; --path wants a file or a folder of files.")
    root = path.resolve()
    every = [path] if path.is_file() else sorted(path.rglob("*"))
    chosen = [
        file
        for file in every
        if file.is_file() and file.name.endswith(NAMES) and file.resolve().is_relative_to(root)
    ]
    if not chosen:
        raise LoadError(f"{path} holds no records: looked for *{', *'.join(NAMES)}.")
    return chosen


def rows(files: list[Path]) -> Iterator[Row]:
    """File with line, and the text of a record, for every row."""
    for file in files:
        if file.name.endswith((".csv", ".csv.gz")):
            yield from of_csv(file)
        elif file.name.endswith(".parquet"):
            yield from of_parquet(file)
        else:
            yield from of_json(file)


def of_json(file: Path) -> Iterator[Row]:
    """A record a line; a whole file is one record, or a list of them."""
    if file.name.endswith(LINES):
        with (gzip.open if file.name.endswith(".gz") else open)(file, "rb") as content:
            for number, (line, _) in enumerate(lines(content), 1):
                if line.strip():
                    yield f"{file.name}:{number}", line.strip()
        return
    text = file.read_bytes()
    try:
        whole = orjson.loads(text)
    except orjson.JSONDecodeError:
        whole = None
    if not isinstance(whole, list):
        yield file.name, text
        return
    for number, record in enumerate(whole, 1):
        yield f"{file.name}:{number}", orjson.dumps(record)


def of_csv(file: Path) -> Iterator[Row]:
    """A record a line below the header."""
    with (gzip.open if file.name.endswith(".gz") else open)(file, "rb") as content:
        reader = csv.DictReader(TextIOWrapper(content, "utf-8-sig", errors="replace", newline=""))
        for row in reader:
            told = {
                key.strip(): cell.strip()
                for key, cell in row.items()
                if key and cell and isinstance(cell, str)
            }
            kind = told.setdefault("type", type_of(file))
            fields = schemas().get(kind, {}).get("properties", {})
            record = {key: typed(cell, fields.get(key, {})) for key, cell in told.items()}
            yield f"{file.name}:{reader.line_num}", landing.dumps(record).encode()


def type_of(file: Path) -> str:
    """The type that a file's name ends with; empty where it names none."""
    return next(
        (part for part in reversed(file.name.lower().split(".")[:-1]) if part in schemas()), ""
    )


def typed(cell: str, schema: dict[str, Any]) -> Any:
    """A cell as its field's schema wants it; as it is where it cannot be that."""
    wanted = schema.get("type")
    try:
        if wanted == "integer":
            return int(cell)
        if wanted == "number":
            return float(cell)
    except ValueError:
        return cell
    if wanted == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(cell.lower(), cell)
    if wanted == "array":
        return [part.strip() for part in cell.split(";") if part.strip()]
    if schema.get("format") == "date-time":
        return moment(cell)
    return cell


def moment(cell: str) -> str:
    """A time as the schemas want it: without an offset it is UTC, a day is its beginning."""
    try:
        value = datetime.fromisoformat(cell)
    except ValueError:
        return cell
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()


def of_parquet(file: Path) -> Iterator[Row]:
    """A record a row."""
    try:
        content = pq.ParquetFile(file)
    except (pa.ArrowInvalid, OSError):
        yield file.name, b""
        return
    number = 0
    for batch in content.iter_batches(landing.BATCH):
        for row in batch.to_pylist():
            number += 1
            record = {key: plain(value) for key, value in row.items() if value is not None}
            record.setdefault("type", type_of(file))
            yield f"{file.name}:{number}", landing.dumps(record).encode()


def plain(value: Any) -> Any:
    """A value of Parquet as JSON has it."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value if isinstance(value, str | int | float | bool | list) else str(value)
