"""What each source is tested with, a module each: what it was told, through which door, and what must come of it.

`tests/sources/<source>.py` holds one name, `CASE`. `tests/test_every_source.py` lands every case in one warehouse,
deals the same again in another order, and compares; `make matrix` writes down what was seen. For one source alone:

    SOURCE=pagerduty pytest tests/test_every_source.py
    make matrix SOURCE=pagerduty
"""

import hashlib
import importlib
import json
import os
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.packages import Package
from tests.vendor_server import Api
from tests.workshop import SALT

Door = Literal["webhook", "api", "file"]
Row = Mapping[str, Any]

# From the best proof to none: payloads that a tool sent and somebody recorded; made by an emulator of the tool; printed
# in the vendor's documentation; valid by a schema that the vendor publishes; written by ourselves.
KINDS = ("recorded", "emulator", "documented", "schema", "own")


@dataclass(frozen=True)
class Provenance:
    """Where payloads come from, and what they prove: pairs of an entity of staging and the door it came through.

    `package` is fetched at test time; where there is none, `url` is the page or file that shows them.
    """

    kind: Literal["recorded", "emulator", "documented", "schema", "own"]
    covers: Sequence[tuple[str, Door]]
    package: Package | None = None
    url: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        assert self.kind in KINDS, self.kind
        assert self.kind == "own" or self.package or self.url, "name the package or the page"
        assert self.kind != "emulator" or self.package, "an emulator is a package"


@dataclass(frozen=True)
class Delivery:
    """One webhook delivery: its body (as an object, or the very text), its headers, and when it came (ISO, UTC)."""

    body: Mapping[str, Any] | str
    headers: Mapping[str, str] = field(default_factory=dict)
    received_at: str = "2026-06-01T00:00:00+00:00"

    @property
    def content(self) -> bytes:
        """The body's bytes."""
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


@dataclass(frozen=True)
class Case:
    """One source's case.

    `webhooks` are deliveries, or a function that gives them where a package must be fetched first. `files` lands what
    the source reads from files, in the warehouse of the moment, by the source's own `load`; it gets an empty folder to
    write them to. `api` describes the vendor's server (tests/vendor_server.py; `made_up` in
    tests/test_every_api.py is a whole one); `answered` lands what an API answers that is read in a way of its own.

    `rows`: of each entity, the rows that must stand in `stg_<source>__<entity>`, worked out by hand, the columns that
    matter. They are all there are, except of the entities in `among_others`. Times are text (`2026-03-02 10:00:00`),
    people are `person(…)`.
    """

    source: str
    rows: Mapping[str, Sequence[Row]]
    provenance: Sequence[Provenance]
    webhooks: Iterable[Delivery] | Callable[[], Iterable[Delivery]] = ()
    files: Callable[[Path], object] | None = None
    api: Api | None = None
    answered: Callable[[pytest.MonkeyPatch], object] | None = None
    among_others: Sequence[str] = ()

    def deliveries(self) -> list[Delivery]:
        """What came by webhook."""
        return list(self.webhooks() if callable(self.webhooks) else self.webhooks)

    def covers(self) -> dict[tuple[str, str], str]:
        """The best kind of proof for each entity and door."""
        best: dict[tuple[str, str], str] = {}
        for kind in reversed(KINDS):
            for provenance in self.provenance:
                if provenance.kind == kind:
                    best |= dict.fromkeys(provenance.covers, kind)
        return best


def person(identity: str) -> str:
    """The `actor_key` of a person in these warehouses."""
    return hashlib.md5(f"{SALT}{identity.strip().lower()}".encode()).hexdigest()


def cases() -> list[Case]:
    """Every case, or those that `SOURCE` names (a comma between)."""
    wanted = [name for name in os.environ.get("SOURCE", "").split(",") if name]
    names = sorted(entry.name for entry in pkgutil.iter_modules(__path__))
    assert set(wanted) <= set(names), f"there is no case of {sorted(set(wanted) - set(names))}"
    found = [
        importlib.import_module(f"{__name__}.{name}").CASE
        for name in names
        if not wanted or name in wanted
    ]
    for name, case in zip(
        [name for name in names if not wanted or name in wanted], found, strict=True
    ):
        assert case.source == name, f"{name}.py holds the case of {case.source}"
    return found
