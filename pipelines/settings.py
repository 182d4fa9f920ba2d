"""What `.dlt/` and the environment say of sources, held against the shipped examples: they name every key there is."""

import json
import os
import re
from collections.abc import Collection, Mapping
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

import dlt

from pipelines import config
from pipelines.landing import LoadError

EXAMPLES = ("config.toml.example", "secrets.toml.example")
SECTION = re.compile(r"#? ?\[sources\.(\w+)(?:\.(\w+))?\]")
KEY = re.compile(r"#? ?(\w+) = (\S.*)")
# By how its example begins; what begins otherwise is a text, a number or a flag, and dlt makes one of the other.
TEXT = (str, "a text")
WANTED: dict[str, tuple[type, str]] = {"[": (list, "a list"), "{": (dict, "a table")}
OPEN = {"[": "[…]", '"""': '"…"'}
WEBHOOK = "webhook_"
# These say how deliveries and files are read as well, and do not ask for an API.
OF_DELIVERIES = {"rules", "free_text", "scales", "invited", "service_tag", "team_tag"}


class Given(NamedTuple):
    """What stands under a key, and where: a file, or a variable of the environment."""

    value: Any
    where: str


@cache
def known() -> dict[str, dict[str, str]]:
    """The keys of each source, with an example of each; under an empty name those of webhooks, which all may have."""
    found: dict[str, dict[str, str]] = {"": {}}
    for name in EXAMPLES:
        keys: dict[str, str] = {}
        for line in (config.PROJECT / ".dlt" / name).read_text(encoding="utf-8").splitlines():
            if section := SECTION.match(line):
                keys = found.setdefault(section[1], {})
                if section[2]:  # its own table; what stands in it is no key of the source
                    keys[section[2]] = "{…}"
                    keys = {}
            elif key := KEY.match(line):
                keys = found[""] if key[1].startswith(WEBHOOK) else keys
                example = key[2].partition(" #")[0].strip()
                keys.setdefault(key[1], OPEN.get(example, example))
    return found


def given() -> dict[str, dict[str, Given]]:
    """What is set for each source; the environment goes before the secrets, these before the configuration."""
    found: dict[str, dict[str, Given]] = {}
    for variable, text in os.environ.items():
        if re.fullmatch(r"SOURCES__\w+?__\w+", variable):
            _, section, key, *rest = variable.lower().split("__")
            value: Any = {rest[0]: text} if rest else text
            found.setdefault(section, {}).setdefault(key, Given(value, variable))
    for provider in dlt.config.config_providers:
        tables, _ = provider.get_value("sources", dict, "")
        for section, table in tables.items() if isinstance(tables, dict) else ():
            for key, value in table.items() if isinstance(table, dict) else ():
                where = f".dlt/{provider.name}"
                found.setdefault(section, {}).setdefault(key, Given(value, where))
    return found


def wrong(sources: Collection[str]) -> dict[str, list[str]]:
    """What is set that nobody reads, or in a way in which nobody can: sentences by section; no value is told."""
    found: dict[str, list[str]] = {}
    for section, keys in sorted(given().items()):
        may = {**known().get(section, {}), **known()[""]}
        for key, (value, where) in sorted(keys.items()):
            here = f"[sources.{section}] in {where}"
            if section not in sources:
                problem = f"{here}: no source is called {section}"
            elif key not in may:
                problem = f"{here} has the unknown key {key!r}; it may have {', '.join(may)}"
            elif not _fits(value, may[key]):
                what = WANTED.get(may[key][0], TEXT)[1]
                problem = f"{key} of {here} is to be {what}: {key} = {may[key]}"
            else:
                continue
            found.setdefault(section, []).append(problem)
    return found


def standing(sources: Mapping[str, ModuleType]) -> tuple[list[str], dict[str, str]]:
    """The sources that are configured, and of those that are begun to be what each lacks."""
    configured: list[str] = []
    lacks: dict[str, str] = {}
    for name, module in sources.items():
        try:
            if module.configured():
                configured.append(name)
            elif _asks(name):
                lacks[name] = f"{_lacking(name, module)}: docs/sources/{name}.md"
        except LoadError as error:
            lacks[name] = str(error)
    return configured, lacks


def _asks(section: str) -> bool:
    """Whether something is set that only makes sense where a source's own tool is to be read."""
    return any(
        value and not key.startswith(WEBHOOK) and key not in OF_DELIVERIES
        for key, (value, _) in given().get(section, {}).items()
    )


def _lacking(section: str, module: ModuleType) -> str:
    """The keys by which a source would be configured: any one that is enough, else all of them."""
    told, may = given()[section], known()[section]
    unset = [key for key in may if key not in told or not told[key].value]

    def is_enough(keys: list[str]) -> bool:
        values = {f"sources.{section}.{key}": ["x"] if may[key][0] == "[" else "x" for key in keys}
        with dlt.secrets.values(values):  # what is no secret is looked for there as well
            return bool(module.configured())

    if single := [key for key in unset if is_enough([key])]:
        return f"{' or '.join(single)} is missing"
    needed = [key for key in unset if not is_enough([other for other in unset if other != key])]
    return f"{' and '.join(needed)} are missing"


def _fits(value: Any, example: str) -> bool:
    """Whether dlt reads a value as the example's type; it takes JSON for a list or a table."""
    kind = WANTED.get(example[0], TEXT)[0]
    if kind is str:
        return not isinstance(value, list | dict)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return not value
    return isinstance(value, kind)
