"""Responses of files in Typeform's form: CSV, wide or long, and JSON, as it is exported or was sent.

Wide CSV: a row a respondent, a column a question. Long CSV, known by its column `question`: a row an answer.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from pipelines import files
from pipelines.surveys.privacy import Rules, number_of, scale_of
from pipelines.webhooks.deliveries import UnreadableError

NAMES = (*files.CSV, *files.JSON, *files.LINES)
# Columns of either layout that are no questions.
PEOPLE = ("respondent", "email", "user_id", "team", "service", "invited")
COLUMNS = ("survey", "response", "submitted_at", "updated_at", *PEOPLE)
HEADER = re.compile(r"(.+?)\s*\[([^\]]*)\]")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

Response = dict[str, Any]


class Row(NamedTuple):
    """A response and where it stood; `left_out` are questions whose answer is in words that nobody asked for."""

    origin: str
    response: Response
    left_out: tuple[str, ...] = ()
    event_id: Any = None


class Wrong(NamedTuple):
    """A row that is no response: where it stood, and why. What it says may name people and is not kept."""

    origin: str
    problem: UnreadableError


def rows(file: Path, called: str, by: Rules) -> Iterator[Row | Wrong]:
    """Every response of a file; one of a long layout holds one answer."""
    if files.is_a(file, files.CSV):
        for line, cells in files.cells(file):
            if isinstance(cells, files.WrongRow):
                yield Wrong(f"{called}:{line}", cells.problem)
                continue
            # a column may be written as people write it
            told = {
                key.lower() if key.lower() in COLUMNS else key: cell for key, cell in cells.items()
            }
            yield from_cells(told, called, line, by)
        return
    for number, text in files.texts(file):
        origin = f"{called}:{number}" if number else called
        try:
            told = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise files.BrokenError(f"no JSON in line {number or error.lineno}") from error
        items = told.get("items") if isinstance(told, dict) else None
        for place, item in enumerate(items if isinstance(items, list) else [told], 1):
            at = f"{origin}:{place}" if isinstance(items, list) else origin
            if not isinstance(item, dict):
                raise files.BrokenError(f"{at} is no object")
            sent = item.get("form_response")
            if isinstance(sent, dict):
                yield Row(at, sent, event_id=item.get("event_id"))
            else:
                yield Row(at, {"form_id": stem(called), **item})


def from_cells(cells: dict[str, str], called: str, line: int, by: Rules) -> Row:
    """The response of a row of CSV."""
    survey = cells.get("survey") or stem(called)
    at = cells.get("submitted_at", "")
    who = next((cells[key] for key in ("respondent", "email", "user_id") if key in cells), "")
    response = {
        "form_id": survey,
        # without an id of its own it is known by who and when, or by its place
        "token": cells.get("response") or (f"{survey} {who} {at}" if who else f"{called}:{line}"),
        **{key: files.moment(cells[key]) for key in ("submitted_at", "updated_at") if key in cells},
        "hidden": {key: cells[key] for key in PEOPLE if key in cells},
    }
    if "question" in cells or "score" in cells or "choice" in cells:
        given: dict[str, Any] = {"number": number(cells["score"])} if "score" in cells else {}
        given |= {
            key: number(cells[key]) for key in ("scale_min", "scale_max") if key in cells and given
        }
        given |= {"choice": {"label": cells["choice"]}} if "choice" in cells else {}
        given |= {"text": cells["text"]} if "text" in cells else {}
        field = {"ref": cells.get("question", "")}
        left = (field["ref"],) if "text" in cells and field["ref"] not in by.free_text else ()
        return Row(f"{called}:{line}", {**response, "answers": [{"field": field, **given}]}, left)
    answers, left_out = [], []
    for header, cell in cells.items():
        if header in COLUMNS:
            continue
        question, marked = (
            (match[1], match[2]) if (match := HEADER.fullmatch(header)) else (header, "")
        )
        told: dict[str, Any] = {"field": {"ref": question}}
        if scale := scale_of(marked):
            told |= {"number": number(cell), "scale_min": scale[0], "scale_max": scale[1]}
        elif marked == "choice":
            told["choice"] = {"label": cell}
        elif NUMBER.fullmatch(cell):
            told["number"] = number_of(cell)
        elif question in by.free_text:
            told["text"] = cell
        else:
            left_out.append(question)
            continue
        answers.append(told)
    return Row(f"{called}:{line}", {**response, "answers": answers}, tuple(left_out))


def number(cell: str) -> int | float | str:
    """The number of a cell; the cell where it is none, which is told and not kept."""
    return number_of(cell) if NUMBER.fullmatch(cell) else cell


def stem(called: str) -> str:
    """What a survey is called that does not say it: its file's name."""
    return called.rpartition("/")[2].split(".", 1)[0]
