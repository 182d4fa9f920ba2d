"""The published JSON Schemas of the generic source, a file a type, and what is wrong with a record by them."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from pipelines.webhooks.deliveries import PLAIN_KEY

Schema = dict[str, Any]

WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
}
FORMATS = FormatChecker(formats=[])


def is_moment(value: object) -> bool:
    """True for a date and time with an offset; anything but a text is no matter of the format."""
    return not isinstance(value, str) or (
        len(value) > len("2026-01-01") and datetime.fromisoformat(value).tzinfo is not None
    )


FORMATS.checks("date-time", raises=ValueError)(is_moment)


@cache
def schemas() -> dict[str, Schema]:
    """Every schema by its type."""
    return {
        path.stem: json.loads(path.read_text())
        for path in sorted(Path(__file__).parent.glob("*.json"))
    }


@cache
def validator(kind: str) -> Draft202012Validator:
    """What checks records of a type."""
    return Draft202012Validator(schemas()[kind], format_checker=FORMATS)


def problem(record: dict[str, Any]) -> tuple[str, str] | None:
    """What is wrong with a record, in words without its values, and the JSON path of the place; None if it is valid."""
    kind = record.get("type")
    if not isinstance(kind, str) or kind not in schemas():
        return f"no type of {', '.join(schemas())}", "$.type"
    errors = sorted(
        validator(kind).iter_errors(record), key=lambda error: list(map(str, error.path))
    )
    if not errors:
        return None
    return "; ".join(dict.fromkeys(map(told, errors))), place(errors[0])


def place(error: ValidationError) -> str:
    """The JSON path of an error."""
    return "$" + "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path
    )


def told(error: ValidationError) -> str:
    """An error in words; names of fields are shown where they are plain, values never."""
    field = place(error)[2:] or "the record"
    expected: Any = error.validator_value
    if error.validator == "required":
        return f"missing: {', '.join(name for name in expected if name not in error.instance)}"
    if error.validator == "additionalProperties":
        unknown = sorted(set(error.instance) - set(error.schema["properties"]))
        shown = [name if PLAIN_KEY.fullmatch(name) else "*" for name in unknown]
        return f"unknown: {', '.join(shown)}"
    if error.validator == "type":
        kinds = [expected] if isinstance(expected, str) else expected
        return f"{field} is not {' or '.join(WORDS[name] for name in kinds)}"
    if error.validator == "enum":
        return f"{field} is none of {', '.join(expected)}"
    words = {"format": "no date and time with an offset", "maximum": f"more than {expected}"}
    return f"{field} is {words.get(str(error.validator), 'empty or too small')}"
