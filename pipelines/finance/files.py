"""Costs of files: rows in our own columns, or in FOCUS's (FinOps Open Cost and Usage Specification, 1.0 and later).

A row is FOCUS's where it has a `ChargePeriodStart`. It belongs to the service and team that its tags name.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from pipelines import files

NAMES = (*files.CSV, *files.PARQUET)
KINDS = ("cloud", "loaded", "escalation", "refund")
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
CURRENCY = re.compile(r"[A-Za-z]{3}")
AMOUNTS = ("EffectiveCost", "BilledCost", "amount", "quantity")
TIMES = ("ChargePeriodStart", "ChargePeriodEnd", "starts_at", "ends_at")
# Columns that are read, however a header writes them.
COLUMNS = {name.lower(): name for name in (*AMOUNTS, *TIMES, "BillingCurrency", "Tags")}

Cost = dict[str, Any]


class Tags(NamedTuple):
    """The keys of the tags that name a service and a team."""

    service: str = "service"
    team: str = "team"


def rows(file: Path, tags: Tags) -> Iterator[tuple[int, str, Cost | files.WrongRow]]:
    """Every row of a file: its line, `cost` or `focus`, and what it says, numbers and times as JSON has them."""
    found = files.cells(file) if files.is_a(file, files.CSV) else files.records(file)
    for number, row in found:
        if isinstance(row, files.WrongRow):
            yield number, "cost", row
            continue
        named = {COLUMNS.get(key.lower(), key): cell for key, cell in row.items()}
        told: Cost = {key: value(key, cell) for key, cell in named.items()}
        if "ChargePeriodStart" not in told:
            yield number, "cost", {key.lower(): cell for key, cell in told.items()}
            continue
        tagged = tags_of(told.get("Tags"))
        for name, key in (("service", tags.service), ("team", tags.team)):
            if tagged.get(key):
                told[name] = tagged[key]
        yield number, "focus", told


def value(key: str, cell: Any) -> Any:
    """A cell as what its column holds; as it is where it cannot be that."""
    if isinstance(cell, str) and key in AMOUNTS and NUMBER.fullmatch(cell):
        cell = int(cell) if re.fullmatch(r"[+-]?\d{1,15}", cell) else float(cell)
    if isinstance(cell, str) and key in TIMES:
        return files.moment(cell.replace(" UTC", ""))
    if isinstance(cell, float) and cell - cell != 0:
        return None  # NaN or infinite, which JSON has not
    return cell


def tags_of(tags: Any) -> dict[str, str]:
    """Tags by their keys: an object, or JSON text of one, as CSV has it."""
    if isinstance(tags, str):
        try:
            tags = orjson.loads(tags)
        except orjson.JSONDecodeError:
            return {}
    return {str(key): str(one) for key, one in tags.items()} if isinstance(tags, dict) else {}


def problems(kind: str, cost: Cost) -> list[str]:
    """What is wrong with a row, as its fields' names with what is wrong; nothing where it can be counted."""
    focus = kind == "focus"
    amount = (
        ("EffectiveCost" if cost.get("EffectiveCost") is not None else "BilledCost")
        if focus
        else "amount"
    )
    currency = "BillingCurrency" if focus else "currency"
    start, end = ("ChargePeriodStart", "ChargePeriodEnd") if focus else ("starts_at", "ends_at")
    wrong = [] if files.is_number(cost.get(amount)) else [f"{amount} is missing or no number"]
    if not isinstance(cost.get(currency), str) or not CURRENCY.fullmatch(cost[currency]):
        wrong.append(f"{currency} is missing or no code of three letters")
    wrong += [f"{key} is missing or no time" for key in (start, end) if not is_time(cost.get(key))]
    if not wrong and datetime.fromisoformat(cost[end]) < datetime.fromisoformat(cost[start]):
        wrong.append(f"{end} is before {start}")
    if not focus and cost.get("kind") not in KINDS:
        wrong.append(f"kind is none of {', '.join(KINDS)}")
    count = cost.get("quantity")
    if not focus and count is not None and not (isinstance(count, int) and count >= 0):
        wrong.append("quantity is no whole number from 0")
    return wrong


def is_time(value: Any) -> bool:
    """True for a time with an offset."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False
