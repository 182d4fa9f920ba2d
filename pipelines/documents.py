"""YAML files that people write, read safely: their documents with their lines, and what is wrong with them.

No file runs anything: YAML's own tags are refused, and so is what unfolds to more than a person writes.
"""

import datetime as dt
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from pipelines.webhooks.deliveries import PLAIN_KEY

LARGEST = 2**20
# Aliases unfold: a short text can stand for more than any memory holds.
MOST_NODES, DEEPEST = 50_000, 50


# Where a document begins or ends; no text of YAML may hold such a line.
BORDER = re.compile(r"^(?:---|[.]{3})(?=\s|$)")


class WrongError(ValueError):
    """What is wrong with a document, for its author, and where."""

    def __init__(self, text: str, problem_mark: yaml.Mark | None = None) -> None:
        """Keep both."""
        super().__init__(text)
        self.problem_mark = problem_mark


def documents(path: Path) -> Iterator[tuple[int, Any]]:
    """The documents of a file, each with the line where it begins; those of a list, one by one.

    What is wrong with one is a `WrongError` in its place; the others are read.
    """
    if path.stat().st_size > LARGEST:
        raise WrongError("larger than 1 MB")
    for above, text in parts(path.read_text(encoding="utf-8-sig")):
        line = 1
        try:
            loader = yaml.SafeLoader(text)
            while loader.check_node():
                node = loader.get_node()
                line = node.start_mark.line + 1
                for part in node.value if isinstance(node, yaml.SequenceNode) else [node]:
                    line = part.start_mark.line + 1
                    value = constructed(loader, part)
                    if isinstance(value, WrongError):
                        line = line_of(value, line)
                    yield above + line, value
        except (yaml.YAMLError, RecursionError) as error:
            yield above + line_of(error, line), WrongError(said(error))


def parts(text: str) -> Iterator[tuple[int, str]]:
    """The texts of single documents, each with the number of lines above it."""
    first = 0
    part: list[str] = []
    for number, line in enumerate(text.split("\n")):
        border = BORDER.match(line)
        # what stands above a document, such as %YAML, belongs to it
        if border and not all(one.lstrip()[:1] in ("", "#", "%") for one in part):
            yield first, "\n".join(part)
            first, part = number, []
        part.append("" if border and line.startswith(".") else line)
    yield first, "\n".join(part)


def constructed(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    """The value of a document, or what is wrong with it."""
    try:
        check(node)
        return loader.construct_document(node)
    except WrongError as error:
        return error
    except (yaml.YAMLError, ValueError) as error:
        return WrongError(said(error), getattr(error, "problem_mark", None))


def check(node: yaml.Node) -> None:
    """Raise where a document unfolds to more than anybody writes, or a key stands twice, of which one would be lost."""
    left = MOST_NODES
    below = [(node, 1)]
    while below:
        one, depth = below.pop()
        left -= 1
        if left < 0 or depth > DEEPEST:
            raise WrongError("too large once its aliases are unfolded")
        if isinstance(one, yaml.MappingNode):
            seen: set[str] = set()
            for key, _ in one.value:
                if isinstance(key, yaml.ScalarNode) and key.value in seen:
                    shown = key.value if PLAIN_KEY.fullmatch(key.value) else "*"
                    raise WrongError(f"the key {shown} stands twice", key.start_mark)
                if isinstance(key, yaml.ScalarNode):
                    seen.add(key.value)
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


def named(document: Any, kind: str) -> str:
    """The name of a document; raises where it has none, or one that is no text."""
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if name is None or name == "":
        raise WrongError(f"{kind} without metadata.name")
    if not isinstance(name, str):
        raise WrongError(f"{kind} whose metadata.name is no text; write it in quotes")
    return name


def text_at(value: Any, *names: str) -> str:
    """The text that lies there; empty where none does."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
