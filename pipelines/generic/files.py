"""Rows of files as the JSON text of a record each: JSON lines, JSON, CSV and Parquet.

CSV knows only text: a column is read as its schema says, an empty cell is a missing field, and a list is separated by
`;`. The type of a row stands in its column `type`, else in the name of its file (`2026-06.deployment.parquet`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines import files, landing
from pipelines.generic.schemas import schemas
from pipelines.webhooks.deliveries import UnreadableError
from pipelines.webhooks.folder import BROKEN_FILE

NAMES = (*files.LINES, *files.JSON, *files.CSV, *files.PARQUET)

# Why it is no record, where that is known before it is one.
Row = tuple[str, bytes, UnreadableError | None]


def found(path: Path) -> list[Path]:
    """The files at a path, in the order of their names; a link that leads out of the folder is not followed."""
    return files.found(path, NAMES)


def rows(path: Path, every: list[Path]) -> Iterator[Row]:
    """File with line, the text of a record, and what is wrong with it, for every row."""
    for file in every:
        called = files.name_of(file, path)
        try:
            if files.is_a(file, files.CSV):
                yield from of_csv(file, called)
            elif files.is_a(file, files.PARQUET):
                yield from of_parquet(file, called)
            else:
                for number, text in files.texts(file):
                    yield f"{called}:{number}" if number else called, text, None
        except files.BrokenError as error:
            yield called, b"", UnreadableError(BROKEN_FILE, str(error))


def of_csv(file: Path, called: str) -> Iterator[Row]:
    """A record a line below the header."""
    for number, told in files.cells(file):
        if isinstance(told, files.WrongRow):
            yield f"{called}:{number}", told.text, told.problem
            continue
        told = {key.lower(): cell for key, cell in told.items()}
        kind = told.setdefault("type", type_of(file))
        fields = schemas().get(kind, {}).get("properties", {})
        record = {key: typed(cell, fields.get(key, {})) for key, cell in told.items()}
        yield f"{called}:{number}", landing.dumps(record).encode(), None


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
        return files.moment(cell)
    return cell


def of_parquet(file: Path, called: str) -> Iterator[Row]:
    """A record a row."""
    for number, record in files.records(file):
        record.setdefault("type", type_of(file))
        yield f"{called}:{number}", landing.dumps(record).encode(), None
