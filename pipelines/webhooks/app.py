"""The webhook receiver as an ASGI application.

`POST /webhooks/{source}`: size → proof over the raw bytes → spool → 202. Nothing is parsed on the way, and 202 is said
once the delivery is on disk, not before. A refusal has one text, whatever its reason, and no answer, log line or
traceback holds anything of a delivery.
"""

import asyncio
import logging
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Protocol

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from pipelines.webhooks import openapi
from pipelines.webhooks.contract import MAX_BODY, Delivery, Webhook
from pipelines.webhooks.meters import Meters, Sizes
from pipelines.webhooks.segments import SpoolError, encode
from pipelines.webhooks.spool import Told

log = logging.getLogger(__name__)

# Bodies in memory at a time, all requests together; who comes beyond is told to come again. More than the largest body
# that `--max-body` lets in, which would be told so for ever.
MAX_HELD = 128 * 2**20
# What a request takes beside its body.
OVERHEAD = 16 * 2**10
BODY_SECONDS = 30.0
# How long `/health` tells of a failed write: where a load balancer listens to it, a new one must be tried some time.
FAILING_SECONDS = 30.0
GONE = 499  # nobody hears it; nginx' number for a sender that went away

JSON = (b"content-type", b"application/json")
EXTRA = {
    401: (b"www-authenticate", b"Webhook"),
    405: (b"allow", b"POST"),
    503: (b"retry-after", b"10"),
}


class Keeper(Sizes, Protocol):
    """What the application needs of a spool."""

    on_commit: Told

    async def write(self, source: str, line: bytes) -> None:
        """Return when the line is durable, else raise `SpoolError`."""


def create_app(
    webhooks: Mapping[str, Webhook],
    secrets: Mapping[str, Sequence[str]],
    spool: Keeper,
    *,
    insecure: Collection[str] = (),
    max_body: int = MAX_BODY,
    max_held: int = MAX_HELD,
    body_seconds: float = BODY_SECONDS,
) -> Starlette:
    """The receiver of these sources, each proved by any of its secrets, writing to a spool that has been started.

    Raises `ValueError` for a source without a secret, unless `insecure` names it: then everything it is sent is kept.
    """
    unproved = [name for name in webhooks if not secrets.get(name) and name not in insecure]
    if unproved:
        raise ValueError(f"no secret for {', '.join(unproved)}")
    meters = Meters(spool)
    spool.on_commit = meters.committed
    receiver = Receiver(webhooks, secrets, spool, meters, max_body, max_held, body_seconds)
    schemas = {
        f"{source}/schemas/{name}": schema
        for source, webhook in webhooks.items()
        for name, schema in webhook.schemas.items()
    }
    document = openapi.document(sorted(webhooks), max_body, sorted(schemas))

    def metrics(request: Request) -> Response:
        return Response(meters.text(), headers={"content-type": CONTENT_TYPE_LATEST})

    def schema(request: Request) -> Response:
        found = schemas.get("{source}/schemas/{name}".format(**request.path_params))
        return _error(404) if found is None else JSONResponse(found)

    app = Starlette(
        routes=[
            Route("/webhooks/{source}/schemas/{name}", schema),
            Route("/webhooks/{source}", receiver),
            Route("/health", receiver.health),
            Route("/metrics", metrics),
            Route("/openapi.json", lambda request: JSONResponse(document)),
        ],
        exception_handlers={HTTPException: _refused},
    )
    app.router.redirect_slashes = False
    return app


class RefusedError(Exception):
    """A request that is answered with an error; `early` where its body may still be on its way."""

    def __init__(self, status: int, *, early: bool = False) -> None:
        """One of the statuses that have a text."""
        super().__init__(status)
        self.status = status
        self.early = early


class DisconnectedError(Exception):
    """The sender went away before its body was here."""


class Receiver:
    """`POST /webhooks/{source}`, without Starlette's request and response: they cost as much as all the rest."""

    def __init__(
        self,
        webhooks: Mapping[str, Webhook],
        secrets: Mapping[str, Sequence[str]],
        spool: Keeper,
        meters: Meters,
        max_body: int,
        max_held: int,
        body_seconds: float,
    ) -> None:
        """A source without a secret takes everything."""
        self.webhooks = webhooks
        self.secrets = secrets
        self.spool = spool
        self.meters = meters
        self.max_body = max_body
        self.max_held = max_held
        self.body_seconds = body_seconds
        self.kept = {name: ("content-type", *hook.headers) for name, hook in webhooks.items()}
        self.held = 0
        self.failed_at = float("-inf")
        meters.held.set_function(lambda: self.held)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        source: str = scope["path_params"]["source"]
        known = source if source in self.webhooks else ""
        try:
            answer = await self._delivered(source, scope, receive)
        except RefusedError as refusal:
            self.meters.answered(known, refusal.status)
            await self._refuse(refusal, receive, send)
        except DisconnectedError:
            self.meters.answered(known, GONE)
        except Exception as error:
            where = extract_tb(error.__traceback__)[-1]
            log.error("%s: %s: %s:%s", known, type(error).__name__, where.filename, where.lineno)
            self.meters.answered(known, 500)
            await self._refuse(RefusedError(500, early=True), receive, send)
        else:
            self.meters.answered(known, 202 if answer is None else 200)
            for message in ACCEPTED if answer is None else _handshake(answer):
                await send(message)

    async def health(self, request: Request) -> Response:
        """Whether deliveries can be kept, as far as the last ones tell."""
        if time.monotonic() - self.failed_at < FAILING_SECONDS:
            return _error(503, {"retry-after": "10"})
        return JSONResponse({"status": "ok"})

    async def _delivered(self, source: str, scope: Scope, receive: Receive) -> bytes | None:
        """What a handshake wants to hear; None once an ordinary delivery is on disk."""
        webhook = self.webhooks.get(source)
        if webhook is None:
            raise RefusedError(404, early=True)
        if scope["method"] != "POST":
            raise RefusedError(405, early=True)
        began = time.monotonic()
        received_at = datetime.now(UTC)
        headers = _headers(scope)
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self.max_body:
            raise RefusedError(413, early=True)
        holding = Holding(self)
        try:
            body = await self._body(receive, holding)
            delivery = Delivery(headers, body, received_at)
            if not self._is_genuine(source, webhook, delivery):
                raise RefusedError(401)
            answer = _answer(source, webhook, delivery)
            if answer is not None:
                return answer
            kept = {name: headers[name] for name in self.kept[source] if name in headers}
            await self.spool.write(source, encode(received_at, kept, body))
        except SpoolError as error:
            if time.monotonic() - self.failed_at > FAILING_SECONDS:
                log.error("%s: a delivery could not be kept: %s", source, error)
            self.failed_at = time.monotonic()
            raise RefusedError(503) from None
        finally:
            holding.release()
        self.meters.accepted(source, len(body), time.monotonic() - began)
        return None

    async def _body(self, receive: Receive, holding: "Holding") -> bytes:
        """The whole body; never more than the limit is in memory."""
        parts: list[bytes] = []
        length = 0
        try:
            async with asyncio.timeout(self.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise DisconnectedError
                    part = message.get("body", b"")
                    length += len(part)
                    holding.grow(length)
                    parts.append(part)
                    if not message.get("more_body"):
                        return parts[0] if len(parts) == 1 else b"".join(parts)
        except TimeoutError:
            raise RefusedError(408, early=True) from None

    def _is_genuine(self, source: str, webhook: Webhook, delivery: Delivery) -> bool:
        """Whether any current secret proves it; a proof that breaks proves nothing."""
        secrets = self.secrets.get(source)
        if not secrets:
            return True
        try:
            return any(webhook.proof(delivery, secret) for secret in secrets)
        except Exception as error:
            log.error("%s: the proof broke: %s", source, type(error).__name__)
            return False

    async def _refuse(self, refusal: RefusedError, receive: Receive, send: Send) -> None:
        """Say why not, and hear out a sender that is still sending, so that it comes to reading the answer."""
        start, body = _messages(refusal.status, b'{"error":"%b"}' % _text(refusal.status))
        if not refusal.early:
            await send(start)
            await send(body)
            return
        start["headers"].append((b"connection", b"close"))
        await send(start)
        await send({**body, "more_body": True})
        if refusal.status != 408:
            try:
                async with asyncio.timeout(self.body_seconds):
                    while (await receive()).get("more_body"):
                        pass
            except TimeoutError:
                pass
        await send({"type": "http.response.body"})


class Holding:
    """What one request holds of the memory for bodies."""

    def __init__(self, receiver: Receiver) -> None:
        """Nothing yet."""
        self.receiver = receiver
        self.taken = 0

    def grow(self, length: int) -> None:
        """Take what a body of this length needs; refuses one that is too large, or one too many."""
        receiver, more = self.receiver, length + OVERHEAD - self.taken
        if length > receiver.max_body:
            raise RefusedError(413, early=True)
        if receiver.held + more > receiver.max_held:
            raise RefusedError(503, early=True)
        receiver.held += more
        self.taken += more

    def release(self) -> None:
        """Give everything back."""
        self.receiver.held -= self.taken


def _headers(scope: Scope) -> dict[str, str]:
    """The headers by lower-case name; repeated ones as one list, as HTTP has it."""
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name, text = raw.decode("latin-1"), value.decode("latin-1")
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return headers


def _answer(source: str, webhook: Webhook, delivery: Delivery) -> bytes | None:
    """What a handshake wants to hear; a delivery that breaks the question is an ordinary one."""
    try:
        return webhook.answer(delivery)
    except Exception as error:
        log.error("%s: the handshake broke: %s", source, type(error).__name__)
        return None


def _text(status: int) -> bytes:
    """The text of a refusal."""
    return openapi.ERRORS[status].encode()


def _messages(
    status: int, body: bytes, media: tuple[bytes, bytes] = JSON
) -> tuple[Message, Message]:
    """The two messages of an answer."""
    headers = [media, (b"content-length", b"%d" % len(body))]
    if status in EXTRA:
        headers.append(EXTRA[status])
    return (
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": body},
    )


ACCEPTED = _messages(202, b'{"status":"accepted"}')


def _handshake(answer: bytes) -> tuple[Message, Message]:
    """The answer to a handshake, which is the sender's own text: never a page."""
    media = JSON if answer.startswith(b"{") else (b"content-type", b"text/plain; charset=utf-8")
    start, body = _messages(200, answer, media)
    start["headers"].append((b"x-content-type-options", b"nosniff"))
    return start, body


def _error(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal as Starlette's response."""
    return JSONResponse({"error": openapi.ERRORS[status]}, status, headers)


def _refused(request: Request, error: Exception) -> Response:
    """Starlette's own refusals, of paths and methods, in the same form."""
    assert isinstance(error, HTTPException)  # noqa: S101  # what it is registered for
    return _error(error.status_code, error.headers)
