"""A vendor's API on loopback, described by data, that can be told to fail.

A source's case says which lists there are (`Route`: a path, its items, how it pages and filters) and gets a server that
answers so, and that fails as vendors do: `status(429, Retry_After="7")`, `cut`, `expired`, `led_away(url)`.
"""

import importlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from pipelines.landing import LoadSummary
from pipelines.rest import client

Item = dict[str, Any]
Answer = Callable[["Handler"], None]


@dataclass(frozen=True)
class Request:
    """What a client asks: query parameters and the JSON body in one, the body's branches by dots."""

    method: str
    path: str
    query: dict[str, str]
    body: Any = None

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, or the body's value at a dotted path."""
        if name in self.query:
            return self.query[name]
        found = self.body
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return default if found is None else found


@dataclass
class Fault:
    """What to do in place of an answer to a path (a pattern), so many times, from its so-many-th request on."""

    path: str
    times: int
    answer: Answer
    after: int = 0


@dataclass
class Server:
    """Faults to come, and every request that came."""

    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def fault(self, path: str, answer: Answer, times: int = 1, after: int = 0) -> None:
        """Answer a path (a pattern) so, this many times, once it has been asked for `after` times."""
        self.faults.append(Fault(path, times, answer, after))

    def paths(self) -> list[str]:
        """The paths that were asked for, without their query."""
        return [urlsplit(path).path for path, _ in self.requests]

    def fault_of(self, path: str, query: str = "") -> Fault | None:
        """The first fault of a path, or of a path with its query, that is still to come."""
        for fault in self.faults:
            asked = (path, f"{path}?{query}")
            if fault.times and any(re.fullmatch(fault.path, whole) for whole in asked):
                if fault.after:
                    fault.after -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def reply(self, request: Request) -> tuple[Any, int, Mapping[str, str]]:
        """The body, status and headers of an answer."""
        raise NotImplementedError


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    server_of_the_test: Server

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """A question with a body."""
        self.ask(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def do_GET(self) -> None:
        """A question without one."""
        self.ask(b"")

    def ask(self, content: bytes) -> None:
        """A fault, or what the server replies."""
        parts = urlsplit(self.path)
        server = self.server_of_the_test
        server.requests.append((self.path, dict(self.headers)))
        if fault := server.fault_of(parts.path, parts.query):
            fault.answer(self)
            return
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        body = json.loads(content) if content.startswith(b"{") else None
        self.answer(*server.reply(Request(self.command, parts.path, query, body)))

    def answer(
        self, body: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send JSON."""
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


# How vendors fail


def status(code: int, message: str = "no", **headers: str) -> Answer:
    """An answer with a status and headers (`Retry_After` for `Retry-After`)."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.answer({"message": message}, code, named)


def says(body: Any, code: int = 200) -> Answer:
    """An answer with a body of one's own: GraphQL's errors, Slack's `ok: false`."""
    return lambda handler: handler.answer(body, code)


def led_away(url: str, code: int = 302) -> Answer:
    """A redirect."""
    return status(code, "elsewhere", Location=url)


def login_page(handler: Handler) -> None:
    """A page for people, as a wrong address or a company's gate answers."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html; charset=utf-8")
    handler.send_header("Content-Length", "6")
    handler.end_headers()
    handler.wfile.write(b"<html>")


expired = status(400, "The cursor has expired")


def cut(handler: Handler) -> None:
    """A body that ends before its length."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'[{"id": 1')
    handler.close_connection = True


# How vendors page: a style says which of the items an answer holds, what it tells of the next page, and its headers.

Page = tuple[Sequence[Any], dict[str, Any], dict[str, str]]
Style = Callable[[Request, Sequence[Any], int, str], Page]


LIMITS = ("limit", "sysparm_limit", "$top", "maxResults", "page[limit]", "per_page", "ps")


def alone(request: Request, items: Sequence[Any], size: int, url: str) -> Page:
    """Everything at once."""
    return items, {}, {}


def offset(
    name: str = "offset",
    *,
    more: str | None = None,
    total: str | None = None,
    linked: bool = False,
    most: int | None = None,
) -> Style:
    """`offset=20`; `more` and `total` are where the answer tells of them, `most` is the vendor's cap."""

    def style(request: Request, items: Sequence[Any], size: int, url: str) -> Page:
        # small pages stand for the large ones that the client counts in
        asked = next((int(request.get(word)) for word in LIMITS if request.get(word)), size)
        start = int(request.get(name, 0)) * size // asked
        if most and start + size > most:
            raise Refused(400, f"{name} must not exceed {most}")
        end = start + size
        following = {name: end * asked // size}
        return items[start:end], *told(request, items, end, following, url, more, total, linked)

    return style


def numbered(
    name: str = "page",
    *,
    base: int = 1,
    more: str | None = None,
    total: str | None = None,
    pages: str | None = None,
    linked: bool = False,
) -> Style:
    """`page=2`; `total` counts items, `pages` counts pages."""

    def style(request: Request, items: Sequence[Any], size: int, url: str) -> Page:
        page = int(request.get(name, base))
        end = (page - base + 1) * size
        tells, headers = told(request, items, end, {name: page + 1}, url, more, total, linked)
        if pages:
            tells[pages] = -(-len(items) // size)
        return items[end - size : end], tells, headers

    return style


def told(
    request: Request,
    items: Sequence[Any],
    end: int,
    following: dict[str, Any],
    url: str,
    more: str | None,
    total: str | None,
    linked: bool,
) -> tuple[dict[str, Any], dict[str, str]]:
    """What a page says of what follows."""
    tells: dict[str, Any] = {}
    if more:
        tells[more] = end < len(items)
    if total:
        tells[total] = len(items)
    link = f'<{url}{request.path}?{urlencode({**request.query, **following})}>; rel="next"'
    return tells, {"Link": link} if linked and end < len(items) else {}


def cursor(
    name: str = "cursor",
    *,
    at: str | None = None,
    header: str | None = None,
    link: str | None = None,
    more: str | None = None,
    last: Any = None,
) -> Style:
    """A cursor, told in the body `at` a path, in a `header`, or as an address at `link`; `last` on the last page."""

    def style(request: Request, items: Sequence[Any], size: int, url: str) -> Page:
        given = request.get(name)
        start = int(str(given).removeprefix("c-")) if given else 0
        end = start + size
        has_more = end < len(items)
        following = f"c-{end}" if has_more else last
        tells: dict[str, Any] = {at: following} if at else {}
        if more:
            tells[more] = has_more
        if link:
            address = f"{url}{request.path}?{urlencode({**request.query, name: following})}"
            tells[link] = address if has_more else last
        return items[start:end], tells, {header: following} if header and has_more else {}

    return style


class Refused(Exception):  # noqa: N818
    """The vendor does not answer this question."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


# How vendors filter

Filter = Callable[[Request, Item], bool]


def value_at(item: Any, path: str) -> Any:
    """The value at a dotted path."""
    for name in path.split("."):
        item = item.get(name) if isinstance(item, dict) else None
    return item


def between(clock: str, since: str | None = None, until: str | None = None) -> Filter:
    """Items whose clock is in the stretch that the named parameters say, as text of one form."""

    def keep(request: Request, item: Item) -> bool:
        moment = value_at(item, clock) or ""
        start, end = (request.get(name) if name else None for name in (since, until))
        return bool((not start or moment >= start) and (not end or moment < end))

    return keep


@dataclass
class Route:
    """One list (or object) of the vendor: its items, where in the answer they are, and how it pages.

    `wrap` is the dotted path of the items in the answer, empty where the answer is the list. `order` sorts by a dotted
    field, `-field` descending. `asked` tells apart the questions that come to one path (GraphQL).
    """

    items: Any
    wrap: str = ""
    style: Style = alone
    size: int = 2
    keep: Filter | None = None
    order: str = ""
    asked: Callable[[Request], bool] | None = None
    also: Mapping[str, Any] = field(default_factory=dict)

    def reply(self, request: Request, url: str) -> tuple[Any, int, Mapping[str, str]]:
        """One page."""
        found = self.items(request) if callable(self.items) else self.items
        if not isinstance(found, list):
            return found, 200, {}
        if self.keep:
            found = [item for item in found if self.keep(request, item)]
        if self.order:
            name = self.order.removeprefix("-")
            found = sorted(
                found, key=lambda item: value_at(item, name), reverse=self.order[0] == "-"
            )
        try:
            items, tells, headers = self.style(request, found, self.size, url)
        except Refused as refused:
            return {"message": str(refused)}, refused.code, {}
        if not self.wrap:
            return list(items), 200, headers
        body: dict[str, Any] = json.loads(json.dumps(dict(self.also)))
        for path, value in {self.wrap: list(items), **tells}.items():
            put(body, path, value)
        return body, 200, headers


def put(body: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at a dotted path."""
    *parents, name = path.split(".")
    for parent in parents:
        body = body.setdefault(parent, {})
    body[name] = value


@dataclass
class Vendor(Server):
    """An API by its routes: each path has one route, or several that `asked` tells apart."""

    routes: dict[str, Route | list[Route]] = field(default_factory=dict)

    def reply(self, request: Request) -> tuple[Any, int, Mapping[str, str]]:
        """The page of the route that fits, 404 where none does."""
        found = self.routes.get(request.path, [])
        for route in [found] if isinstance(found, Route) else found:
            if not route.asked or route.asked(request):
                return route.reply(request, self.url)
        return {"message": "Not Found"}, 404, {}


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    """The server, answering on loopback."""
    handler = type("Bound", (Handler,), {"server_of_the_test": server})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(
        target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


@dataclass(frozen=True)
class Api:
    """How a source's API is tried: `tests/test_every_api.py` runs each case's through all that may go wrong.

    `routes` makes the vendor's lists anew. `settings` are `[sources.<source>]`, secrets and all, without `base_url`.
    `rows` says how many rows of each raw table one load lands, `signed` which header carries which secret. `cursors`
    are paths (patterns) whose page cursor can expire. `refused` are the paths (a pattern) of one of several scopes, or
    of one list, or what refuses them where all go to one path; `unknown` is how the notes about it begin. `load` where
    it is not `pipelines.<source>.load`.
    """

    routes: Callable[[], dict[str, Route | list[Route]]]
    settings: Mapping[str, Any]
    rows: Mapping[str, int]
    signed: tuple[str, str]
    refused: str | Callable[[Vendor], None]
    unknown: Sequence[str]
    cursors: Sequence[str] = ()
    load: Callable[..., Any] | None = None

    @contextmanager
    def serving(self, source: str, patch: pytest.MonkeyPatch) -> Iterator[Vendor]:
        """The vendor, and a configuration that leads to it; nobody waits for real."""
        patch.setattr(client, "sleep", lambda _: None)
        patch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "0")
        patch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "3")
        with serving(Vendor(routes=self.routes())) as vendor:
            for name, value in {**self.settings, "base_url": vendor.url}.items():
                text = value if isinstance(value, str) else json.dumps(value)
                patch.setenv(f"SOURCES__{source}__{name}".upper(), text)
            yield vendor

    def run(self, source: str, **options: Any) -> LoadSummary:
        """One load."""
        load = self.load or importlib.import_module(f"pipelines.{source}").load
        summary: LoadSummary = load(**options)
        return summary
