"""Every source's API on loopback: all of it once, again only what is new, and all that can go wrong on the way."""

import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from typing import Any

import pytest

from pipelines import rest
from pipelines.landing import LoadError, LoadSummary
from pipelines.rest import reading, rounds
from tests.conftest import Place
from tests.sources import cases
from tests.vendor_server import (
    Api,
    Handler,
    Route,
    Vendor,
    between,
    cursor,
    cut,
    expired,
    offset,
    status,
)

pytestmark = pytest.mark.slow

Load = Callable[..., LoadSummary]


def made_up() -> Api:
    """A tool that nobody sells: incidents by a clock, their notes by a cursor, services and what each runs on."""

    def routes() -> dict[str, Route | list[Route]]:
        incidents = [
            {"id": f"P{n}", "number": 2**60 + n, "updated_at": f"2026-03-0{n}T00:00:00Z"}
            for n in range(1, 8)
        ]
        services = [{"id": f"S{n}"} for n in range(7)]
        found: dict[str, Route | list[Route]] = {
            "/incidents": Route(
                incidents,
                "incidents",
                offset(more="more"),
                keep=between("updated_at", "since"),
                order="updated_at",
            ),
            "/services": Route(services, "data.services", cursor("after", at="meta.next")),
        }
        for number, incident in enumerate(incidents):
            notes = [{"id": f"N{number}{n}"} for n in range(3)]
            found[f"/incidents/{incident['id']}/notes"] = Route(notes, style=offset(linked=True))
        for service in services:
            found[f"/services/{service['id']}/hosts"] = Route([{"name": f"{service['id']}-1"}])
        return found

    api = rest.Api("made_up", "Made Up", auth=rest.header("made_up", X_Token="token"))
    notes = rest.Listing(
        "notes", "incidents/{id}/notes", paginator=rest.HeaderLinkPaginator(), version=("id",), keep=("id",)
    )  # fmt: skip
    incidents = rest.Listing(
        "incidents", "incidents", "incidents", version=("id", "updated_at"),
        paginator=rest.OffsetPaginator(limit=2, total_path=None, has_more_path="more"),
        clock="updated_at", since=lambda since, _: {"since": rest.iso(since)}, children=[notes],
    )  # fmt: skip
    services = rest.Listing(
        "services", "services", "data.services", whole=True, version=("id",),
        paginator=rest.JSONResponseCursorPaginator("meta.next", "after"),
    )  # fmt: skip

    def listings(scope: rest.Scope) -> list[rest.Listing]:
        if scope.key == "made_up":
            return [incidents, services]
        return [rest.Listing("hosts", f"services/{scope}/hosts", extra={"service": str(scope)})]

    def load(**options: Any) -> LoadSummary:
        named = [rest.Scope(f"made_up:service:s{n}", f"S{n}") for n in range(2)]
        return rest.load(api, [rest.Scope("made_up"), *named], listings, **options)

    return Api(
        routes,
        settings={"token": "token-of-the-test"},
        rows={"incidents": 7, "notes": 21, "services": 7, "hosts": 2},
        signed=("X-Token", "token-of-the-test"),
        refused="/services/S1/hosts",
        unknown=["S1: hosts unknown: 403"],
        cursors=["/services", "/incidents/P3/notes"],
        load=load,
    )


EVERY = {case.source: case.api for case in cases() if case.api}
if not os.environ.get("SOURCE"):
    EVERY["made_up"] = made_up()


@pytest.fixture(params=sorted(EVERY))
def source(request: pytest.FixtureRequest) -> str:
    """Each source that has an API."""
    return str(request.param)


@pytest.fixture
def api(source: str) -> Api:
    """Its case."""
    return EVERY[source]


@pytest.fixture
def vendor(source: str, api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """Its server, configured."""
    with api.serving(source, monkeypatch) as served:
        yield served


def landed(place: Place, source: str) -> dict[str, set[str]]:
    """The record keys of each raw table."""
    tables = place.rows(
        f"""select table_name from duckdb_tables()
        where schema_name = 'raw_{source}' and table_name not like '!_%' escape '!' and table_name <> 'load_ledger'"""
    )
    rows = {
        table: place.rows(f"select record_key from raw_{source}.{table}") for (table,) in tables
    }
    return {table: {key for (key,) in found} for table, found in rows.items() if found}


def counted(place: Place, source: str) -> dict[str, int]:
    """How many different rows each raw table has."""
    return {table: len(keys) for table, keys in landed(place, source).items()}


def covered(place: Place, source: str) -> set[tuple[str, str]]:
    """What the ledger covers: scope and entity."""
    return set(
        place.rows(
            f"select payload ->> 'scope', payload ->> 'entity' from raw_{source}.load_ledger where event = 'coverage'"
        )
    )


@contextmanager
def nothing_told(secret: str, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No secret stands in what is logged meanwhile, or in what is raised."""
    with caplog.at_level("DEBUG", "pipelines"):
        try:
            yield
        except LoadError as error:
            assert secret not in str(error)
            raise
        finally:
            assert secret not in caplog.text


def test_all_of_it_once_and_again_nothing(
    place: Place, source: str, api: Api, vendor: Vendor
) -> None:
    first = api.run(source)
    assert first.notes == ()
    assert first.rows == api.rows
    assert counted(place, source) == api.rows
    for path, headers in vendor.requests:
        told = {name.lower(): value for name, value in headers.items()}
        assert told.get(api.signed[0].lower()) == api.signed[1], path
    asked = len(vendor.requests)
    again = api.run(source)
    assert (again.rows, again.notes) == ({}, ())
    assert len(vendor.requests) - asked <= asked


def test_what_fails_in_passing_is_asked_again(
    place: Place, source: str, api: Api, vendor: Vendor
) -> None:
    passing = [status(429, Retry_After="1"), status(500), cut, status(503), status(429)]
    every = sorted({path for path in vendor.routes if not path.endswith("*")})
    for number, path in enumerate(every):
        vendor.fault(path, passing[number % len(passing)], times=2)
    for path in api.cursors:
        vendor.fault(path, expired, after=1)
    summary = api.run(source)
    assert summary.notes == ()
    assert counted(place, source) == api.rows
    left = [f"{fault.path} {fault.times}" for fault in vendor.faults if fault.times]
    asked = set(vendor.paths())
    assert [path for path in left if path.split()[0] in asked] == []


def test_a_killed_load_goes_on_where_it_was(
    place: Place, source: str, api: Api, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGES_A_PART", 1)
    monkeypatch.setattr(rounds, "SECONDS_A_LOAD", 0)

    def kill(handler: Handler) -> None:
        monkeypatch.setattr(rest.client.OneHost, "send", killed)
        handler.close_connection = True  # nobody waits for an answer that does not come

    def killed(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    alive = rest.client.OneHost.send
    vendor.fault(".*", kill, after=min(max(sum(api.rows.values()) // 4, 3), 6))
    with suppress(KeyboardInterrupt, LoadError):
        api.run(source)
    monkeypatch.setattr(rest.client.OneHost, "send", alive)
    monkeypatch.setattr(rounds, "SECONDS_A_LOAD", 60)
    assert api.run(source).notes == ()
    assert counted(place, source) == api.rows


def test_what_is_refused_is_unknown_and_the_others_land(
    place: Place, source: str, api: Api, vendor: Vendor
) -> None:
    if callable(api.refused):
        api.refused(vendor)
    else:
        vendor.fault(api.refused, status(403, "not for you"), times=10_000)
    summary = api.run(source)
    assert summary.notes
    for beginning in api.unknown:
        assert any(note.startswith(beginning) for note in summary.notes), summary.notes
    assert len(summary.notes) == len(api.unknown), summary.notes
    assert counted(place, source)


def test_a_token_that_is_not_known_ends_the_load_and_is_not_told(
    source: str, api: Api, vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    secret = api.signed[1]
    vendor.fault(".*", status(401, f"Bad credentials: {secret}", Echo=secret), times=100)
    with nothing_told(secret, caplog), pytest.raises(LoadError, match=rf"\[sources\.{source}\]"):
        api.run(source)


def test_whether_it_can_be_reached_is_asked_once(
    source: str, api: Api, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    if source == "made_up":
        made = rest.Api("made_up", "Made up", auth=rest.header("made_up", X_Token="token"))
        reach = partial(rest.reach, made, "me")
    else:
        reach = importlib.import_module(f"pipelines.{source}").reach
    monkeypatch.setattr(rest.client, "sleep", lambda seconds: pytest.fail(f"waited {seconds} s"))
    secret = api.signed[1]
    for answer, told in (
        (status(200), None),
        (status(401, f"Bad credentials: {secret}"), r"401"),
        (status(403, "not for you"), r"403 not for you"),
        (status(429, Retry_After="7000"), r"429"),
        (cut, r"\w+Error"),
    ):
        vendor.requests.clear()
        vendor.fault(".*", answer)
        with pytest.raises(LoadError, match=told) if told else nullcontext() as raised:
            reach()
        assert raised is None or secret not in str(raised.value)
        ((_, headers),) = vendor.requests
        assert {name.lower(): value for name, value in headers.items()}[
            api.signed[0].lower()
        ] == secret
    monkeypatch.setenv(f"SOURCES__{source}__BASE_URL".upper(), "http://127.0.0.1:9")
    with pytest.raises(LoadError, match="ConnectionError"):
        reach()
