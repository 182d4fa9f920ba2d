"""OpenSLO files, read safely: what each document of a folder defines, and what is wrong with the others.

No file runs anything: YAML's own tags are refused, and so is what unfolds to more than a person writes. What opens a
data source (`connectionDetails`, and whatever a metric's source has beside its query) is never kept.
"""

import datetime as dt
import re
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import yaml

from pipelines import files
from pipelines.documents import WrongError, documents, line_of, named, plain, said, text_at
from pipelines.landing import LoadError

NAMES = (".yaml", ".yml")
VERSION = "openslo/v1"
KINDS = (
    *("SLO", "SLI", "Service", "DataSource"),
    *("AlertPolicy", "AlertCondition", "AlertNotificationTarget"),
)
METHODS = ("Occurrences", "Timeslices", "RatioTimeslices")
DURATION = re.compile(r"([0-9]+)([mhdwMQY])")


class Definition(NamedTuple):
    """One document: `file` below the folder, `starts_at` (UTC) of a window that follows the calendar."""

    kind: str
    name: str
    file: str
    document: dict[str, Any]
    starts_at: dt.datetime | None = None


class Found(NamedTuple):
    """What a folder defines, the files that could not be read whole, and what to tell their author."""

    definitions: list[Definition]
    broken: set[str]
    problems: list[str]


def read(folder: Path) -> Found:
    """Everything that the `*.yaml` and `*.yml` files below a folder define; what is wrong stops no other document."""
    if not folder.is_dir():
        raise LoadError(
            f"openslo in [sources.prometheus] of .dlt/config.toml is no folder: {folder}"
        )
    found: dict[tuple[str, str], Definition] = {}
    broken: set[str] = set()
    problems: list[str] = []
    for path in files.below(folder):
        if not (files.is_a(path, NAMES) and files.is_inside(path, folder)):
            continue
        file, line = path.relative_to(folder).as_posix(), 1
        try:
            for line, value in documents(path):
                try:
                    definition = definition_of(value, file)
                except WrongError as error:
                    broken.add(file)
                    problems.append(f"{file}, line {line}: {error}")
                    continue
                if definition is None:
                    continue
                first = found.setdefault((definition.kind, definition.name), definition)
                if first is not definition:
                    problems.append(
                        f"{file}, line {line}: {definition.kind} {definition.name} stands in {first.file} as well,"
                        " which counts"
                    )
        except (yaml.YAMLError, RecursionError, UnicodeDecodeError, OSError, ValueError) as error:
            broken.add(file)
            problems.append(f"{file}, line {line_of(error, line)}: {said(error)}")
    return Found(list(found.values()), broken, problems)


def definition_of(value: Any, file: str) -> Definition | None:
    """What a document defines; null for what is no OpenSLO."""
    if isinstance(value, WrongError):
        raise value
    document = plain(value)
    version = document.get("apiVersion") if isinstance(document, dict) else None
    if version is None and text_at(document, "kind") in KINDS:
        raise WrongError(f"{document['kind']} without apiVersion")
    if not isinstance(version, str) or not version.startswith("openslo"):
        return None
    kind = document.get("kind")
    if version != VERSION:
        raise WrongError(f"{version[:40]} is not read; write {VERSION}")
    if kind not in KINDS:
        raise WrongError(f"kind is none of {', '.join(KINDS)}")
    name = named(document, kind)
    starts_at = checked_slo(document) if kind == "SLO" else None
    return Definition(kind, name, file, without_secrets(document), starts_at)


def checked_slo(document: dict[str, Any]) -> dt.datetime | None:
    """When the SLO's calendar begins, UTC; raises where it lacks what it cannot be understood without."""
    spec = document.get("spec")
    if not isinstance(spec, dict) or not text_at(spec, "service"):
        raise WrongError("SLO without spec.service")
    objectives = spec.get("objectives")
    if not isinstance(objectives, list) or not objectives:
        raise WrongError("SLO without spec.objectives")
    for number, objective in enumerate(objectives, start=1):
        if target_of(objective) is None:
            raise WrongError(f"objective {number} has no target from 0 to 1, nor targetPercent")
    method = spec.get("budgetingMethod")
    if method is not None and method not in METHODS:
        raise WrongError(f"budgetingMethod is none of {', '.join(METHODS)}")
    windows = spec.get("timeWindow")
    if windows is None:
        return None
    if not isinstance(windows, list) or len(windows) != 1 or not isinstance(windows[0], dict):
        raise WrongError("timeWindow is no list of one window")
    if not DURATION.fullmatch(str(windows[0].get("duration"))):
        raise WrongError("timeWindow has no duration such as 28d, 4w or 1M")
    return calendar_start(windows[0].get("calendar"))


def target_of(objective: Any) -> float | None:
    """The share that an objective promises, 0 to 1; null where it says none."""
    if not isinstance(objective, dict):
        return None
    for name, whole in (("target", 1), ("targetPercent", 100)):
        value = objective.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value / whole if 0 <= value <= whole else None
    return None


def calendar_start(calendar: Any) -> dt.datetime | None:
    """The start of a calendar, a wall clock in its own zone, in UTC."""
    if calendar is None:
        return None
    try:
        start = dt.datetime.fromisoformat(calendar["startTime"])
        zone = ZoneInfo(calendar.get("timeZone") or "UTC")
    except (TypeError, KeyError, ValueError, OSError) as error:
        raise WrongError(
            "calendar has no startTime, or no timeZone of the IANA database"
        ) from error
    return (start if start.tzinfo else start.replace(tzinfo=zone)).astimezone(dt.UTC)


def without_secrets(value: Any) -> Any:
    """A document without what opens its data sources: of those only the query stays."""
    if isinstance(value, list):
        return [without_secrets(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, one in value.items():
        if key == "connectionDetails":
            continue
        if key == "metricSource" and isinstance(one, dict):
            query = text_at(one, "spec", "query")
            known = {name: one[name] for name in ("metricSourceRef", "type") if name in one}
            kept[key] = {**known, "spec": {"query": query} if query else {}}
            continue
        kept[key] = without_secrets(one)
    return kept
