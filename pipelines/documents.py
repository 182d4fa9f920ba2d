"""YAML files that people write, read safely: their documents with their lines, and what is wrong with them.

No file runs anything: YAML's own tags are refused, and so is what unfolds to more than a person writes.
"""

import datetime as dt
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

LARGEST = 2**20
# Aliases unfold: a short text can stand for more than any memory holds.
MOST_NODES, DEEPEST = 50_000, 50


class WrongError(ValueError):
    """What is wrong with a document, for its author."""


def documents(path: Path) -> Iterator[tuple[int, Any]]:
    """The documents of a file, each with the line where it begins; those of a list, one by one."""
    if path.stat().st_size > LARGEST:
        raise WrongError("larger than 1 MB")
    loader = yaml.SafeLoader(path.read_text(encoding="utf-8-sig"))
    try:
        while loader.check_node():
            node = loader.get_node()
            parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
            for part in parts:
                check_size(part)
                yield part.start_mark.line + 1, loader.construct_document(part)
    finally:
        loader.dispose()


def check_size(node: yaml.Node) -> None:
    """Raise where a document unfolds to more than anybody writes."""
    left = MOST_NODES
    below = [(node, 1)]
    while below:
        one, depth = below.pop()
        left -= 1
        if left < 0 or depth > DEEPEST:
            raise WrongError("too large once its aliases are unfolded")
        if isinstance(one, yaml.MappingNode):
            below += [(part, depth + 1) for pair in one.value for part in pair]
        elif isinstance(one, yaml.SequenceNode):
            below += [(part, depth + 1) for part in one.value]


def line_of(error: Exception, line: int) -> int:
    """The line that an error is about, else where its document begins."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark else line


def said(error: Exception) -> str:
    """What is wrong, without what stands in the file."""
    if isinstance(error, WrongError):
        return str(error)
    if isinstance(error, yaml.constructor.ConstructorError):
        return "a tag or key that is no plain YAML"
    if isinstance(error, yaml.MarkedYAMLError):
        return f"no YAML: {error.problem or error.context}"
    if isinstance(error, (UnicodeDecodeError, yaml.reader.ReaderError)):
        return "not UTF-8 text"
    return f"cannot be read ({type(error).__name__})"


def plain(value: Any) -> Any:
    """What YAML gives as what JSON has."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | int | float):
        return value
    raise WrongError(f"a {type(value).__name__}, which JSON does not know")


def text_at(value: Any, *names: str) -> str:
    """The text that lies there; empty where none does."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
