"""What a vendor's own client knows of its API: the models of a package, read and never run.

Of Python, however a generator writes them: `openapi_types` with `attribute_map`, or Microsoft's `_attribute_map`. Of
TypeScript, an interface that is written out whole.
"""

import ast
import datetime as dt
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

SCALARS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("str", "iso-8601", "datetime"), (str,)),
    **{"int": (int,), "float": (int, float), "bool": (bool,)},
}
NAMES: dict[str, tuple[type, ...]] = {
    **{"string": (str,), "number": (int, float), "boolean": (bool,)},
}
# The client gives these fields of its own; what is sent has any.
OPEN = {"ReferenceLinks", "PropertiesCollection"}

Models = dict[str, dict[str, str]]


@functools.cache
def models(place: Path) -> Models:
    """The models of a file, or of all below a folder: of each its fields, as JSON names them, with their types."""
    found: Models = {}
    for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8-sig"))):
            if isinstance(node, ast.ClassDef):
                told = {
                    target.id: ast.literal_eval(inside.value)
                    for inside in node.body
                    if isinstance(inside, ast.Assign)
                    for target in inside.targets
                    if isinstance(target, ast.Name) and target.id.endswith(("_map", "_types"))
                }
                if types := told.get("openapi_types"):
                    names = told["attribute_map"]
                    found[node.name] = {names[name]: kind for name, kind in types.items()}
                elif fields := told.get("_attribute_map"):
                    found[node.name] = {field["key"]: field["type"] for field in fields.values()}
    return found


def faults(value: Any, kind: str, known: Models, path: str = "$") -> Iterator[str]:
    """What is wrong with a value that should be of a type; null is always one."""
    if value is None:
        return
    if listed := re.fullmatch(r"(?:list)?\[(.+)\]", kind):
        if not isinstance(value, list):
            yield f"{path} is no list"
            return
        for number, element in enumerate(value):
            yield from faults(element, listed[1], known, f"{path}[{number}]")
    elif keyed := re.fullmatch(r"dict\(str, (.+)\)|\{(.+)\}", kind):
        if not isinstance(value, dict):
            yield f"{path} is no object"
            return
        for name, inside in value.items():
            yield from faults(inside, keyed[1] or keyed[2], known, f"{path}.{name}")
    elif kind in SCALARS:
        if not isinstance(value, SCALARS[kind]) or (isinstance(value, bool) and kind != "bool"):
            yield f"{path}: {value!r} is no {kind}"
        elif kind in {"iso-8601", "datetime"} and not is_time(value):
            yield f"{path}: {value!r} is no time"
    elif kind in known and kind not in OPEN:
        if not isinstance(value, dict):
            yield f"{path} is no {kind}"
            return
        for name, inside in value.items():
            if name in known[kind]:
                yield from faults(inside, known[kind][name], known, f"{path}.{name}")
            else:
                yield f"{path}.{name} is no field of {kind}"


def is_time(text: str) -> bool:
    """True for a time as ISO 8601 has it."""
    try:
        return bool(dt.datetime.fromisoformat(text))
    except ValueError:
        return False


def declared(text: str, interface: str) -> dict[str, Any]:
    """An interface of a TypeScript declaration: by each field, with a `?` where it may be missing, its type or more."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    found = re.search(rf"^export interface {interface} (\{{.*?^\}})", plain, re.S | re.M)
    assert found, f"there is no interface {interface}"
    body = found[1]
    for old, new in (
        *((r'"([^"]+)"\?:', r'"\1?":'), (r"\[key: string\]:", '"*":')),
        *((r': "[^"]*"(?: \| "[^"]*")*;', ": string;"), ("Array<", "["), (">", "]"), (";", ",")),
    ):
        body = re.sub(old, new, body)
    # what is left is YAML
    shape: dict[str, Any] = yaml.safe_load(body)
    return shape


def misfits(value: Any, shape: Any, path: str = "$") -> Iterator[str]:
    """What is wrong with a value that should have a declared shape."""
    if isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{path} is no list"
            return
        for number, element in enumerate(value):
            yield from misfits(element, shape[0], f"{path}[{number}]")
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            yield f"{path} is no object"
            return
        for name, inside in value.items():
            below = shape.get(name) or shape.get(f"{name}?") or shape.get("*")
            if below:
                yield from misfits(inside, below, f"{path}.{name}")
            else:
                yield f"{path}.{name} is no field"
        for name in shape:
            if not name.endswith("?") and name != "*" and name not in value:
                yield f"{path}.{name} is missing"
    elif shape in NAMES and (
        not isinstance(value, NAMES[shape]) or (isinstance(value, bool) and shape != "boolean")
    ):
        yield f"{path}: {value!r} is no {shape}"
