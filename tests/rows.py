"""The rows that must come of a case, as they stand beside it in `tests/sources/<source>.yaml`."""

import re
from pathlib import Path
from string import Template
from typing import Any

import yaml

from tests.sources import person


def rows(source: str, **names: str) -> dict[str, list[dict[str, Any]]]:
    """By entity; `$NAME` stands for what `names` says, `person(x)` for somebody's hash."""
    text = (Path(__file__).parent / "sources" / f"{source}.yaml").read_text()
    found: dict[str, list[dict[str, Any]]] = yaml.safe_load(Template(text).substitute(names))
    return {entity: [plain(row) for row in listed] for entity, listed in found.items()}


def plain(value: Any) -> Any:
    """A value with its people hashed."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    match = re.fullmatch(r"person\((.+)\)", value) if isinstance(value, str) else None
    return person(match[1]) if match else value
