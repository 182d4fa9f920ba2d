"""The shared way into an API, on a made-up vendor: how lists are walked, what is kept, what is told."""

import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from pipelines import config, landing, rest
from pipelines.landing import LoadError, LoadSummary
from pipelines.rest import client, ledger, reading, rounds
from pipelines.rest.question import laid_over
from tests.conftest import Place
from tests.test_every_api import covered, landed, made_up
from tests.vendor_server import (
    Request,
    Route,
    Vendor,
    alone,
    between,
    cursor,
    expired,
    led_away,
    login_page,
    numbered,
    offset,
    says,
    serving,
    status,
)

API = rest.Api("made_up", "Made Up", auth=rest.bearer("made_up"))
ALL = rest.Scope("made_up")
CURSOR = rest.JSONResponseCursorPaginator("next", "cursor")


@pytest.fixture
def vendor(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """A vendor without lists yet."""
    monkeypatch.setattr(client, "sleep", lambda _: None)
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "2")
    monkeypatch.setenv("SOURCES__MADE_UP__TOKEN", "token-of-the-test")
    with serving(Vendor()) as served:
        monkeypatch.setenv("SOURCES__MADE_UP__BASE_URL", served.url)
        yield served


def load(*listings: rest.Listing, **options: Any) -> LoadSummary:
    """Load lists of the one scope."""
    return rest.load(API, [ALL], lambda _: listings, **options)


def things(count: int, **more: Any) -> list[dict[str, Any]]:
    """Items with a rising clock, a day each."""
    return [
        {"id": n, "at": f"2026-03-{n + 1:02d}T00:00:00Z", "updated": f"2026-03-{n + 1:02d}T12:00:00Z"} | more
        for n in range(count)
    ]  # fmt: skip


def ids(place: Place, table: str = "things") -> list[Any]:
    """The ids that landed of a table, tombstones aside."""
    rows = place.rows(
        f"select distinct payload -> 'id' from raw_made_up.{table} where event = '{table}' order by 1"
    )
    return sorted(json.loads(row[0]) for row in rows)


# How lists are walked


@pytest.mark.slow
def test_an_item_that_changes_during_the_walk_hides_no_other(place: Place, vendor: Vendor) -> None:
    items = things(7)
    route = Route(items, "things", offset(more="more"), keep=between("at", "since"), order="at")

    def moving(request: Request) -> list[dict[str, Any]]:
        if len(vendor.requests) == 2:
            items[0]["at"] = "2026-04-01T00:00:00Z"
        return items

    route.items = moving
    vendor.routes = {"/things": route}
    paginator = rest.OffsetPaginator(limit=2, total_path=None, has_more_path="more")
    since = {"clock": "at", "since": lambda since, _: {"since": rest.iso(since)}}
    load(
        rest.Listing(
            "things", "things", "things", paginator=paginator, version=("id", "at"), **since
        )
    )
    assert ids(place) == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.slow
@pytest.mark.parametrize("off", ["+00:00", "-05:00", "+03:00"])
def test_a_vendor_that_leaves_out_the_since_or_reads_it_in_its_own_zone_hides_nothing(
    place: Place, vendor: Vendor, off: str
) -> None:
    """Three items a time, two a page, an hour between the times; "since" is exclusive and means another zone."""
    items = [{"id": n, "at": f"2026-03-01T{n // 3:02d}:00:00Z"} for n in range(18)]

    def keep(request: Request, item: dict[str, Any]) -> bool:
        since = request.get("since")
        asked = datetime.fromisoformat(since.replace("Z", off)) if since else None
        return not asked or datetime.fromisoformat(item["at"]) > asked

    vendor.routes = {"/things": Route(items, "things", offset(more="more"), keep=keep, order="at")}
    paginator = rest.OffsetPaginator(limit=2, total_path=None, has_more_path="more")
    since = {"clock": "at", "since": lambda since, _: {"since": rest.iso(since)}}
    load(rest.Listing("things", "things", "things", paginator=paginator, version=("id",), **since))
    assert ids(place) == list(range(18))


@pytest.mark.slow
def test_a_stretch_is_read_piece_by_piece_and_halved_under_the_vendors_cap(
    place: Place, vendor: Vendor
) -> None:
    now = datetime.now(UTC)
    items = [{"id": n, "at": rest.iso(now - timedelta(hours=50 - n))} for n in range(50)]
    style = offset(more="more", most=10)
    vendor.routes = {"/things": Route(items, "things", style, keep=between("at", "from", "to"))}
    listing = rest.Listing(
        "things", "things", "things", version=("id",), most=10, window=timedelta(days=1),
        paginator=rest.OffsetPaginator(limit=2, total_path=None, has_more_path="more"),
        since=lambda since, until: {"from": rest.iso(since), "to": rest.iso(until)},
        history=timedelta(days=10), look_back=timedelta(hours=3),
    )  # fmt: skip
    assert load(listing).rows == {"things": 50}
    asked = len(vendor.requests)
    assert load(listing).rows == {}
    assert len(vendor.requests) - asked <= 2  # the last three hours, and no more
    begun = place.rows("select payload ->> 'covered_from' from raw_made_up.load_ledger")
    first = min(datetime.fromisoformat(moment) for (moment,) in begun)
    assert abs(now - timedelta(days=10) - first) < timedelta(minutes=5)


@pytest.mark.slow
def test_the_newest_first_end_where_the_last_load_was(place: Place, vendor: Vendor) -> None:
    now = datetime.now(UTC)
    items = [{"id": n, "at": rest.iso(now - timedelta(days=20 - n))} for n in range(20)]
    route = Route(items, "things", cursor(at="next"), order="-at")
    vendor.routes = {"/things": route}
    listing = rest.Listing(
        "things", "things", "things", version=("id",), clock="at", order="descending",
        paginator=CURSOR, look_back=timedelta(days=2),
    )  # fmt: skip
    assert load(listing).rows == {"things": 20}
    items.append({"id": 99, "at": rest.iso(now)})
    asked = len(vendor.requests)
    assert load(listing).rows == {"things": 1}
    assert len(vendor.requests) - asked == 2
    assert load(listing, full_refresh=True).rows == {"things": 21}


def long_runs(now: datetime, count: int = 20) -> list[dict[str, Any]]:
    """Items a day apart, the oldest first; all have ended but that of fifteen days ago."""
    return [
        {"id": n, "at": rest.iso(now - timedelta(days=count - n)), "open": n == count - 15}
        for n in range(count)
    ]


RUNS = rest.Listing(
    "things", "things", "things", version=("id", "open"), clock="at", order="descending",
    paginator=CURSOR, look_back=timedelta(hours=60), is_open=lambda item: bool(item["open"]),
)  # fmt: skip


@pytest.mark.slow
def test_what_takes_longer_than_the_look_back_is_looked_at_until_it_ends(
    place: Place, vendor: Vendor
) -> None:
    items = long_runs(datetime.now(UTC), 90)
    items[0]["open"] = True  # ninety days ago: given up
    vendor.routes = {"/things": Route(items, "things", cursor(at="next"), order="-at")}
    assert load(RUNS).rows == {"things": 90}
    vendor.requests.clear()
    assert load(RUNS).rows == {}
    assert len(vendor.requests) == 8  # fifteen days, two items a page
    items[75]["open"] = False
    assert load(RUNS).rows == {"things": 1}
    vendor.requests.clear()
    assert load(RUNS).rows == {}
    assert len(vendor.requests) == 2


@pytest.mark.slow
def test_what_a_killed_load_saw_open_is_looked_at_until_it_ends(
    place: Place, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGES_A_PART", 1)
    items = long_runs(datetime.now(UTC))
    vendor.routes = {"/things": Route(items, "things", cursor(at="next"), order="-at")}
    vendor.fault("/things", status(500), times=2, after=8)
    with pytest.raises(LoadError, match="made_up things: 500"):
        load(RUNS)
    assert load(RUNS).rows == {"things": 4}
    items[5]["open"] = False
    assert load(RUNS).rows == {"things": 1}


@pytest.mark.slow
def test_of_what_is_listed_for_an_open_item_only_that_is_asked_about(
    place: Place, vendor: Vendor
) -> None:
    """Whether it has ended may be known from what hangs on it alone."""
    items = [{"id": item["id"], "at": item["at"]} for item in long_runs(datetime.now(UTC))]
    flows = [{"id": n, "open": n == 5} for n in range(20)]
    vendor.routes = {"/things": Route(items, "things", cursor(at="next"), order="-at")}
    vendor.routes |= {f"/things/{n}/flows": Route([flows[n]]) for n in range(20)}
    child = rest.Listing(
        "flows", "things/{id}/flows", version=("id", "open"), each_time=True, is_open=RUNS.is_open
    )
    listing = replace(RUNS, version=("id",), is_open=None, children=[child])
    assert load(listing).rows == {"things": 20, "flows": 20}
    flows[5]["open"] = False
    vendor.requests.clear()
    assert load(listing).rows == {"flows": 1}
    asked = [path for path in vendor.paths() if path.endswith("/flows")]
    assert asked == [f"/things/{n}/flows" for n in (19, 18, 5)]
    vendor.requests.clear()
    assert load(listing).rows == {}
    assert "/things/5/flows" not in vendor.paths()


@pytest.mark.slow
def test_a_place_that_was_kept_is_gone_on_from_and_given_up_once_it_expires(
    place: Place, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGES_A_PART", 2)
    vendor.routes = {"/things": Route(things(14), "things", cursor(at="next"))}
    listing = rest.Listing("things", "things", "things", version=("id",), paginator=CURSOR)
    vendor.fault("/things", status(500), times=2, after=5)
    with pytest.raises(LoadError, match="made_up things: 500"):
        load(listing)
    assert not covered(place, "made_up")
    vendor.requests.clear()
    assert load(listing).rows == {"things": 4}
    assert vendor.requests[0][0] == "/things?cursor=c-10"
    # and one that has expired meanwhile
    vendor.fault("/things", status(500), times=2, after=5)
    with pytest.raises(LoadError):
        load(listing, full_refresh=True)
    vendor.fault("/things", expired)
    vendor.requests.clear()
    assert load(listing).notes == ()
    assert [path for path, _ in vendor.requests[:2]] == ["/things?cursor=c-10", "/things"]
    vendor.fault("/things", expired, after=1)
    vendor.fault("/things", expired, after=2)
    with pytest.raises(LoadError, match="its place is lost again: 400 The cursor has expired"):
        load(listing, full_refresh=True)
    assert ids(place) == list(range(14))


@pytest.mark.slow
def test_graphql_is_asked_by_body_and_its_errors_are_told(
    place: Place, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(client, "sleep", pauses.append)
    style = cursor("variables.after", at="data.things.pageInfo.endCursor",
                   more="data.things.pageInfo.hasNextPage")  # fmt: skip
    notes = cursor("variables.after", at="data.thing.notes.pageInfo.endCursor")
    vendor.routes = {
        "/graphql": [
            Route(
                lambda request: [{"id": f"{request.get('variables.id')}-{n}"} for n in range(3)],
                "data.thing.notes.nodes", notes, asked=lambda request: "notes" in request.body["query"],
            ),
            Route(things(3), "data.things.nodes", style, keep=between("at", "variables.since")),
        ]
    }  # fmt: skip
    child = rest.Listing(
        "notes", "graphql", "data.thing.notes.nodes", version=("id",), keep=("id", "deep.name"),
        body={"query": "query notes", "variables": {"first": 50}},
        of=lambda item: {"variables": {"id": str(item["id"])}},
        paginator=rest.JSONResponseCursorPaginator(
            "data.thing.notes.pageInfo.endCursor", cursor_body_path="variables.after"
        ),
    )  # fmt: skip
    listing = rest.Listing(
        "things", "graphql", "data.things.nodes", version=("id",), clock="at",
        body={"query": "query things", "variables": {"first": 2}}, children=[child],
        since=lambda since, _: {"variables": {"since": rest.iso(since)}},
        paginator=rest.JSONResponseCursorPaginator(
            "data.things.pageInfo.endCursor", cursor_body_path="variables.after",
            has_more_path="data.things.pageInfo.hasNextPage",
        ),
    )  # fmt: skip
    limited = {
        "errors": [{"message": "Rate limit exceeded", "extensions": {"code": "RATELIMITED"}}]
    }
    vendor.fault("/graphql", says(limited))
    vendor.fault("/graphql", says(limited, 400))
    assert load(listing).rows == {"things": 3, "notes": 9}
    assert pauses == [60.0, 60.0]
    assert place.rows("select payload from raw_made_up.notes order by 1")[0] == (
        '{"id":"0-0","_parent_id":0,"_parent_deep_name":null}',
    )
    refused = {"data": None, "errors": [{"message": "Access denied to things"}]}
    vendor.fault("/graphql", says(refused))
    assert load(listing).notes == (
        "made_up: things unknown: Access denied to things",
        "made_up: notes unknown: Access denied to things",
    )


@pytest.mark.slow
def test_every_way_of_paging_comes_to_its_end(place: Place, vendor: Vendor) -> None:
    vendor.routes = {
        "/page": Route(things(5), "items", numbered("p", pages="paging.pages")),
        "/body": Route(things(5), "items", numbered("page", base=0)),
        "/next": Route(things(5), "items", cursor(link="next")),
        "/token": Route(things(5), "items", cursor("page-token", at="next_page_token")),
        "/header": Route(things(5), style=cursor("continuationToken", header="x-ms-continuationtoken")),
        "/skip": Route(things(5), "items", offset("$skip")),
        "/link": Route(things(5), "items", offset("sysparm_offset", linked=True)),
        "/slack": Route(things(5), "items", cursor(at="response_metadata.next_cursor", last="")),
        "/is_last": Route(
            things(5), "items",
            lambda *asked: (*offset("startAt")(*asked)[:1], {"isLast": int(asked[0].get("startAt", 0)) > 3}, {}),
        ),
    }  # fmt: skip
    how: dict[str, Any] = {
        "page": rest.PageNumberPaginator(base_page=1, page_param="p", total_path="paging.pages"),
        "body": rest.PageNumberPaginator(base_page=0, page_body_path="page", total_path=None),
        "next": rest.JSONLinkPaginator("next"),
        "token": rest.JSONResponseCursorPaginator("next_page_token", "page-token"),
        "header": rest.HeaderCursorPaginator("x-ms-continuationtoken", "continuationToken"),
        "skip": rest.OffsetPaginator(2, offset_param="$skip", limit_param="$top", total_path=None),
        "link": rest.HeaderLinkPaginator(),
        "slack": rest.JSONResponseCursorPaginator("response_metadata.next_cursor", "cursor"),
        "is_last": rest.OffsetPaginator(2, offset_param="startAt", total_path=None),
    }
    listings = [
        rest.Listing(
            name, name, "$" if name == "header" else "items", paginator=paginator, version=("id",),
            body={"filter": {}} if name == "body" else None, last="isLast" if name == "is_last" else "",
        )
        for name, paginator in how.items()
    ]  # fmt: skip
    summary = load(*listings)
    assert summary.rows == dict.fromkeys(how, 5)
    assert vendor.paths().count("/is_last") == 3


# What is read whole


@pytest.mark.slow
def test_what_is_gone_gets_a_tombstone_and_may_come_back(place: Place, vendor: Vendor) -> None:
    items = things(8)
    vendor.routes = {"/things": Route(items, "things", offset(total="total"))}
    listing = rest.Listing(
        "things", "things", "things", version=("id", "updated"), whole=True, extra={"team": "blue"},
        paginator=rest.OffsetPaginator(limit=2, total_path="total"),
    )  # fmt: skip
    assert load(listing).rows == {"things": 8}
    gone = items.pop(3)
    assert load(listing).rows == {"things": 1}
    (found,) = place.rows("select payload from raw_made_up.things where event = 'things.gone'")
    assert json.loads(found[0]).items() >= {"id": 3, "team": "blue"}.items()
    assert load(listing).rows == {}
    items.append(gone)
    assert load(listing).rows == {"things": 1}  # after the tombstone
    assert load(listing).rows == {}

    del items[2:]
    short = load(listing)
    assert short.rows == {}
    assert "things unknown: suspiciously short, 2 where 8 were known" in short.notes[0]
    assert "--full-refresh" in short.notes[0]
    assert load(listing, full_refresh=True).rows == {"things": 8}  # two read again, six gone
    assert load(listing).notes == ()


# What hangs on items


@pytest.mark.slow
def test_children_are_asked_for_what_is_new_and_for_what_was_missed(
    place: Place, vendor: Vendor
) -> None:
    items = things(3)
    vendor.routes = {"/things": Route(items)}
    vendor.routes |= {f"/things/{n}/notes": Route([{"id": n}]) for n in range(4)}
    vendor.routes |= {f"/things/{n}/state": Route({"id": n, "of": "it"}) for n in range(4)}
    notes = rest.Listing("notes", "things/{id}/notes", version=("id",))
    states = rest.Listing(
        "states", "things/{id}/state", each_time=True, when=lambda it: it["id"] < 2
    )
    listing = rest.Listing(
        "things", "things", version=("id", "updated"), whole=True, children=[notes, states]
    )
    vendor.fault("/things/1/notes", status(403, "secret"), times=9)
    assert load(listing).notes == ("made_up: notes unknown: 403 secret",)
    assert ("made_up", "notes") not in covered(place, "made_up")
    vendor.faults.clear()
    assert load(listing).rows == {"notes": 1}  # the one that was refused
    vendor.requests.clear()
    items[0]["updated"] = "2026-05-01T00:00:00Z"
    assert load(listing).rows == {"things": 1}
    assert vendor.paths() == ["/things", "/things/0/notes", "/things/0/state", "/things/1/state"]
    # an item that goes away between the two questions is no refusal
    items.append({"id": 7, "updated": "x"})
    items[1]["updated"] = "2026-05-01T00:00:00Z"
    assert load(listing).notes == ()


@pytest.mark.slow
def test_a_child_is_asked_for_each_element_of_a_list(place: Place, vendor: Vendor) -> None:
    things = [{"id": 1, "tries": [{"at": "a"}, {"at": "b"}]}, {"id": 2, "tries": None}, {"id": 3}]
    vendor.routes = {"/things": Route(things)}
    vendor.routes |= {f"/things/1/{at}": Route([{"id": at}]) for at in "ab"}
    tries = rest.Listing("tries", "things/{id}/{tries.at}", keep=("id",), each="tries")
    assert load(rest.Listing("things", "things", children=[tries])).rows == {
        "things": 3,
        "tries": 2,
    }
    assert ids(place, "tries") == ["a", "b"]


@pytest.mark.slow
def test_a_shape_keeps_out_what_must_not_land(place: Place, vendor: Vendor) -> None:
    vendor.routes = {"/things": Route([{"id": 1, "text": "private"}, {"id": 2, "text": "deploy"}])}

    def shape(item: rest.Item) -> rest.Item | None:
        return {"id": item["id"]} if item["text"] == "deploy" else None

    assert load(rest.Listing("things", "things", shape=shape)).rows == {"things": 1}
    assert place.rows("select payload from raw_made_up.things") == [('{"id":2}',)]


@pytest.mark.slow
def test_numbers_stay_what_they_are_and_half_characters_do_no_harm(
    place: Place, vendor: Vendor
) -> None:
    vendor.routes = {"/things": Route([{"id": 2**63 + 1, "name": "\ud83d", "1.10": 10**30}])}
    assert load(rest.Listing("things", "things", version=("id",))).rows == {"things": 1}
    (found,) = place.rows("select payload from raw_made_up.things")
    assert (
        found[0]
        == '{"id":9223372036854775809,"name":"\ufffd","1.10":1000000000000000000000000000000}'
    )


# What goes wrong


@pytest.mark.slow
def test_neither_link_nor_redirect_takes_the_token_to_another_host(
    place: Place, vendor: Vendor
) -> None:
    with serving(Vendor()) as elsewhere:
        vendor.routes = {
            "/next": Route(things(5), "items", cursor(link="next")),
            "/link": Route(things(5), style=offset(linked=True)),
            "/moved": Route(things(5)),
            "/well": Route(things(5)),
        }
        away = {"items": [{"id": 1}], "next": f"{elsewhere.url}/next?cursor=c-2"}
        vendor.fault("/next", says(away))
        link = {"Link": f'<{elsewhere.url}/link>; rel="next"'}
        vendor.fault("/link", lambda handler: handler.answer([{"id": 1}], headers=link))
        vendor.fault("/moved", led_away(f"{elsewhere.url}/moved"))
        summary = load(
            rest.Listing("next", "next", "items", paginator=rest.JSONLinkPaginator("next")),
            rest.Listing("link", "link", paginator=rest.HeaderLinkPaginator()),
            rest.Listing("moved", "moved"),
            rest.Listing("well", "well"),
        )
        assert elsewhere.requests == []
    assert summary.notes == (
        "made_up: next unknown: a link to another host was not followed",
        "made_up: link unknown: a link to another host was not followed",
        "made_up: moved unknown: a redirect to another host was not followed",
    )
    assert summary.rows == {"well": 5}
    assert covered(place, "made_up") == {("made_up", "well")}


@pytest.mark.slow
def test_one_scope_that_breaks_does_not_keep_the_others_and_is_named(
    place: Place, vendor: Vendor
) -> None:
    vendor.routes = {f"/{name}/things": Route(things(3)) for name in "abcdef"}
    vendor.fault("/a/things", status(500, "down"), times=99)
    vendor.fault("/b/things", says({"oops": 1}), times=99)
    vendor.fault("/f/things", login_page, times=99)
    vendor.fault("/d/things", lambda handler: handler.answer(None, 204), times=99)
    vendor.routes["/e/things"] = Route(things(9), "things", lambda *_: (things(2), {"next": "same"}, {}))  # fmt: skip
    listings = {
        name: rest.Listing("things", f"{name}/things", extra={"of": name}) for name in "acdf"
    }
    listings["b"] = rest.Listing("things", "b/things", "things")
    listings["e"] = rest.Listing("things", "e/things", "things", paginator=CURSOR)
    scopes = [rest.Scope(f"made_up:project:{name}", name) for name in "abcdef"]
    with pytest.raises(LoadError) as raised:
        rest.load(API, scopes, lambda scope: [listings[str(scope)]])
    assert str(raised.value).splitlines() == [
        "could not be read to their end; what landed stays, load again:",
        "a things: 500 down",
        "b things: an answer has no things",
        "e things: the API leads from page 'same' to the same page",
        "f things: 200 with a page in place of JSON; is base_url the API's?",
    ]
    assert {scope for scope, _ in covered(place, "made_up")} == {
        "made_up:project:c", "made_up:project:d"
    }  # fmt: skip


@pytest.mark.slow
def test_parts_that_land_alone_are_gone_on_from(
    place: Place, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A load that is killed by the operating system between two parts keeps the first."""
    monkeypatch.setattr(reading, "PAGES_A_PART", 1)
    monkeypatch.setattr(rounds, "SECONDS_A_LOAD", 0)
    route = Route(things(9), "things", offset(more="more"), keep=between("at", "since"), order="at")
    vendor.routes = {"/things": route, "/others": Route(things(2))}
    paginator = rest.OffsetPaginator(limit=2, total_path=None, has_more_path="more")
    since = {"clock": "at", "since": lambda since, _: {"since": rest.iso(since)}}
    listing = rest.Listing(
        "things", "things", "things", paginator=paginator, version=("id",), **since
    )
    vendor.fault("/things", status(500), times=9, after=3)
    with pytest.raises(LoadError, match="made_up things: 500"):
        load(listing, rest.Listing("others", "others"))
    assert ids(place) == [0, 1, 2, 3]
    assert covered(place, "made_up") == {("made_up", "others")}
    vendor.faults.clear()
    vendor.requests.clear()
    assert load(listing).rows == {"things": 5}
    assert (
        "since=2026-03-03T23" in vendor.requests[0][0]
    )  # the last item, and what may be beside it
    assert covered(place, "made_up") == {("made_up", "others"), ("made_up", "things")}


def test_no_password_of_the_machine_is_sent(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password of-the-machine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    vendor.routes = {"/old": Route([]), "/things": Route([{"id": 1}], style=alone)}
    vendor.fault("/old", led_away(f"{vendor.url}/things"))
    for api, sent in ((API, "Bearer token-of-the-test"), (rest.Api("made_up", "Made Up"), None)):
        vendor.requests.clear()
        vendor.fault("/old", led_away(f"{vendor.url}/things"))
        assert rest.ask(api, rest.Listing("things", "old"))
        assert [headers.get("Authorization") for _, headers in vendor.requests] == [sent, sent]


def test_addresses_and_secrets_that_do_not_do_say_what_to_write(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    things_ = rest.Listing("things", "things")
    for address, said in {
        "http://tool.example.com": "is not encrypted, and the token would travel with it",
        "ftp://tool.example.com": "is no address",
        "tool": "is no address",
        "": r"base_url is missing: write your Made Up's address into \[sources.made_up\]",
    }.items():
        monkeypatch.setenv("SOURCES__MADE_UP__BASE_URL", address)
        with pytest.raises(LoadError, match=said):
            rest.ask(API, things_)
    monkeypatch.setenv("SOURCES__MADE_UP__BASE_URL", vendor.url)
    monkeypatch.delenv("SOURCES__MADE_UP__TOKEN")
    with pytest.raises(LoadError, match=r"token is missing: write it into \[sources.made_up\]"):
        rest.ask(API, things_)


def test_a_refusal_that_repeats_the_secret_tells_none(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SOURCES__MADE_UP__USER", "somebody")
    auths = {
        "bearer": rest.bearer("made_up"),
        "basic": rest.basic("made_up"),
        "header": rest.header("made_up", Private_Token="token"),
    }
    for auth in auths.values():
        for code in (401, 403, 404, 418):
            told = (
                "Basic c29tZWJvZHk6dG9rZW4tb2YtdGhlLXRlc3Q= token-of-the-test token%2Dof-the-test"
            )
            vendor.fault("/things", status(code, told, Echo=told))
            with caplog.at_level(logging.DEBUG), pytest.raises(LoadError) as raised:
                rest.ask(
                    rest.Api("made_up", "Made Up", auth=auth), rest.Listing("things", "things")
                )
            assert "token-of-the-test" not in f"{raised.value} {caplog.text}"
    assert vendor.requests[-1][1]["Private-Token"] == "token-of-the-test"
    basic = "Basic c29tZWJvZHk6dG9rZW4tb2YtdGhlLXRlc3Q="
    assert vendor.requests[5][1]["Authorization"] == basic


def answer(code: int, body: Any = None, **headers: str) -> requests.Response:
    """An answer without a server."""
    made = requests.Response()
    made.status_code = code
    made._content = json.dumps(body).encode()
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    made.request = requests.Request("POST", "https://tool.example.com").prepare()
    return made


def test_pauses_are_read_as_vendors_write_them() -> None:
    now = time.time()
    later = datetime.fromtimestamp(now + 100, UTC)
    date = later.strftime("%a, %d %b %Y %H:%M:%S GMT")
    limited = {"errors": [{"message": "x", "extensions": {"code": "RATELIMITED"}}]}
    for given, wait in [
        (answer(429, Retry_After="17"), 17),
        (answer(503, Retry_After="17"), 17),
        (answer(429, Retry_After=date), 100),
        (answer(429), 60),
        (answer(429, X_RateLimit_Reset=str(int(now) + 100)), 101),
        (answer(429, X_RateLimit_Reset=str(int(now + 100) * 1000)), 101),
        (answer(429, X_RateLimit_Reset="100"), 101),
        (answer(429, X_RateLimit_Reset=later.isoformat()), 101),
        (answer(429, RateLimit_Reset="30"), 31),
        (answer(403, X_RateLimit_Remaining="0", X_RateLimit_Reset="5"), 6),
        (answer(403, {"message": "You have exceeded a secondary rate limit"}), 60),
        (answer(400, limited, X_RateLimit_Requests_Remaining="5", X_RateLimit_Requests_Reset="90",
                X_RateLimit_Complexity_Remaining="0", X_RateLimit_Complexity_Reset="9"), 10),
        (answer(200, limited), 60),
    ]:  # fmt: skip
        assert client.pause_of(given) == pytest.approx(wait, abs=2), (given, given.headers)
    for given in (
        answer(500),
        answer(403, {"message": "no"}),
        answer(200, {"errors": []}),
        answer(503),
    ):
        assert client.pause_of(given) is None, given


def test_times_are_read_as_vendors_write_them() -> None:
    expected = datetime(2026, 3, 1, 10, tzinfo=UTC)
    for told in (
        *("2026-03-01T10:00:00Z", "2026-03-01T11:00:00+01:00", "2026-03-01T10:00:00.000+0000"),
        *("2026-03-01 10:00:00", 1772359200, "1772359200", 1772359200000, "1772359200000"),
    ):
        assert rest.moment(told) == expected, told
    for told in (None, "", "soon", True, {}):
        assert rest.moment(told) is None


def test_questions_are_laid_over_branch_by_branch() -> None:
    assert laid_over({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 4}, "e": {"f": 5}}) == {
        "a": {"b": 4, "c": 2}, "d": 3, "e": {"f": 5},
    }  # fmt: skip


def test_the_ledger_reads_the_last_word_of_each_walk(place: Place) -> None:
    assert ledger.ledgers("made_up") == {}
    one, two = ledger.Ledger("one"), ledger.Ledger("two")
    days = [datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 6)]
    part = ledger.Part(None, days[2], {"page": 7})
    rows = [
        one.covers("things", None, days[0], walk="things", held={"now": [1], "gone": []}),
        one.covers("things", days[0], days[1], walk="things", closes="things"),
        one.place("things", part),
        two.place("things", part),
        two.place("things", part.at({"page": 9})),
        two.covers("things", None, days[3], walk="things", closes="things"),
        two.covers("commits", None, days[3], heads={"main": "abc"}),
    ]
    landing.land("made_up", [landing.entity(rows, ledger.TABLE)])
    found = ledger.ledgers("made_up")
    assert found["one"].until == {"things": days[1]}
    assert found["one"].places == {"things": part}
    assert found["one"].held == {"things": {"now": [1], "gone": []}}
    assert found["two"].until == {"things": days[3], "commits": days[3]}
    assert found["two"].places == {}
    assert found["two"].held == {"commits": {"main": "abc"}}


@pytest.mark.slow
def test_a_load_that_is_killed_goes_on(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """By `kill -9`, between two parts and in the middle of one."""
    api = made_up()
    program = f"""
import os
from pipelines.rest import reading, rounds
from tests.test_every_api import made_up
os.environ["ENGOPS_DATA"] = {str(place.data)!r}
reading.PAGES_A_PART, rounds.SECONDS_A_LOAD = 1, 0
made_up().run("made_up")
"""
    with api.serving("made_up", monkeypatch) as vendor:
        killed = subprocess.Popen([sys.executable, "-c", program], cwd=config.PROJECT)
        vendor.fault("/incidents", lambda _: killed.kill(), after=2)
        assert killed.wait(120) == -9
        assert 0 < len(ids(place, "incidents")) < 7
        vendor.requests.clear()
        assert api.run("made_up").notes == ()
        assert "since=2026-03-0" in vendor.requests[0][0]
        assert {table: len(keys) for table, keys in landed(place, "made_up").items()} == api.rows
