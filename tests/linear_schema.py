"""Linear's own schema, as its SDK's types give it: which fields there are, which must be there, and of what type."""

import functools
import itertools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.packages import Package

SDK = Package(
    "npm",
    "@linear/sdk",
    "98.0.0",
    "fd1737a0cc4fe6ede4374878c8bf2d80dac27163bf593495f3673774e20095cc",
)
SCALARS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("String", "ID", "DateTime", "TimelessDate"), (str,)),
    **dict.fromkeys(("Float", "Int"), (int, float)),
    "Boolean": (bool,),
}


class Field(NamedTuple):
    """A field of a type: what it holds, whether as a list, and whether it is always there."""

    kind: str
    is_list: bool
    is_required: bool


@functools.cache
def types() -> dict[str, dict[str, Field]]:
    """Every type with its fields."""
    (file,) = (SDK.path() / "package" / "dist").glob("index-*.d.mts")
    found: dict[str, dict[str, Field]] = {}
    for name, body in re.findall(
        r"^type (\w+) = (?:Node & )?\{\n(.*?)^\};", file.read_text(), re.S | re.M
    ):
        fields = re.findall(r"^  (\w+)(\??): (.+);$", body, re.M)
        found[name] = {field: read(kind, optional) for field, optional, kind in fields}
    return found


def read(kind: str, optional: str) -> Field:
    """A field as TypeScript writes it: `Maybe<Array<Scalars["String"]>>`."""
    names = [
        name
        for name in re.findall(r"\w+", kind)
        if name not in {"Maybe", "InputMaybe", "Array", "Scalars"}
    ]
    return Field(names[0], "Array<" in kind, not optional)


def faults(value: Any, kind: str, path: str = "$") -> Iterator[str]:
    """What is wrong with an object that should be of a type."""
    if kind in SCALARS:
        if not isinstance(value, SCALARS[kind]) or (isinstance(value, bool) and kind != "Boolean"):
            yield f"{path}: {value!r} is no {kind}"
        return
    fields = types().get(kind)
    if fields is None or not isinstance(value, dict):
        return
    for name in value.keys() - fields.keys():
        yield f"{path}.{name} is no field of {kind}"
    for name, field in fields.items():
        inside = value.get(name)
        if inside is None:
            if field.is_required and name != "__typename":
                yield f"{path}.{name} is missing"
            continue
        for number, element in enumerate(inside if field.is_list else [inside]):
            yield from faults(
                element, field.kind, f"{path}.{name}" + (f"[{number}]" if field.is_list else "")
            )


class Query(NamedTuple):
    """A selection of a query: a field, its arguments, and what is selected of it."""

    name: str
    arguments: list[str]
    below: "list[Query]"


def selections(query: str) -> list[Query]:
    """What a query selects."""
    words = re.findall(r"\w+|[{}()$:!]", query)
    return inside(words[words.index("{") + 1 :])[0]


def inside(words: list[str]) -> tuple[list[Query], list[str]]:
    """The selections up to a closing brace, and the words behind it."""
    found: list[Query] = []
    while words and words[0] != "}":
        name, *words = words
        arguments, below = [], []
        if words[0] == "(":
            end = words.index(")")
            arguments = [
                word for word, after in itertools.pairwise(words[: end + 1]) if after == ":"
            ]
            words = words[end + 1 :]
        if words[0] == "{":
            below, words = inside(words[1:])
        found.append(Query(name, arguments, below))
    return found, words[1:]


def unknown(queries: list[Query], kind: str) -> Iterator[str]:
    """The fields and arguments that the schema does not have."""
    for query in queries:
        field = types()[kind].get(query.name)
        if field is None:
            yield f"{kind} has no {query.name}"
            continue
        known = types().get(f"{kind}{query.name[0].upper()}{query.name[1:]}Args", {})
        yield from (
            f"{kind}.{query.name} takes no {name}" for name in query.arguments if name not in known
        )
        if bool(query.below) != (field.kind in types()):
            yield f"{kind}.{query.name} is selected as it cannot be"
        yield from unknown(query.below, field.kind) if query.below else ()
