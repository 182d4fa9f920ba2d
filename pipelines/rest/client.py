"""How a vendor's API is asked: one host only, within its rate limits, with its secrets kept.

dlt's client retries what fails in passing (429, 5xx, cut bodies, time-outs). Below it, an adapter refuses every request
that would leave the API's own host, redirects included, and waits where the vendor says that a quota is used up.
"""

import base64
import binascii
import logging
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import dlt
import requests
from dlt.sources.helpers.requests.retry import Client
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from pipelines import landing
from pipelines.landing import LoadError

log = logging.getLogger(__name__)

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Where a quota is used up and nobody says for how long.
PAUSE = 60.0
LONGEST_PAUSE = 2 * 3600.0
IMPATIENT: Mapping[str, Any] = {"request_timeout": 10, "request_max_attempts": 1}
LIMITED = re.compile(r"rate.?limit|too many requests", re.IGNORECASE)
# Headers by which vendors say when their quota begins anew: seconds from now, or a time.
RESETS = (
    *("RateLimit-Reset", "X-RateLimit-Reset", "X-Rate-Limit-Reset"),
    *("X-RateLimit-Requests-Reset", "X-RateLimit-Complexity-Reset"),
)
# Times of this size are seconds and milliseconds since 1970; smaller numbers are seconds from now.
EPOCH, EPOCH_MS = 1e9, 1e12
# Headers of a request that hold no secret.
OPEN_HEADERS = {
    *("accept", "accept-encoding", "accept-language", "connection", "content-length"),
    *("content-type", "host", "user-agent"),
}

Sleep = Callable[[float], None]
Pause = Callable[[requests.Response], float | None]


def sleep(seconds: float) -> None:
    """Wait; tests replace it."""
    time.sleep(seconds)


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


def foreign(base: str, url: str) -> bool:
    """True for an address on another host than `base`'s; a relative one is on the same."""
    return bool(urlsplit(url).netloc) and origin(url) != origin(base)


class OneHost(HTTPAdapter):
    """Sends to the API's own host and to no other; waits where a quota is used up."""

    def __init__(
        self, source: str, title: str, base_url: str, pause: Pause, wait: Sleep | None = None
    ) -> None:
        """Allow the origin of `base_url` alone."""
        super().__init__()
        self.source = source
        self.title = title
        self.origin = origin(base_url)
        self.pause = pause
        self.wait = wait
        self.open: Mapping[str, str] = {}

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """Send one request, again after each pause that the vendor asks for."""
        if origin(request.url or "") != self.origin:
            raise LoadError(
                f"{self.title}'s answer leads to another host ({urlsplit(request.url or '').hostname}); it is not"
                " followed, because the token would go with it. Check base_url in"
                f" [sources.{self.source}] of .dlt/config.toml."
            )
        waited = 0.0
        while True:
            response = super().send(request, *args, **options)
            forget_credentials(response, self.open)
            pause = self.pause(response)
            if pause is None or waited + pause > LONGEST_PAUSE:
                return response
            response.close()
            log.warning("%s: the rate limit is reached; going on in %.0f s", self.source, pause)
            (self.wait or sleep)(pause)
            waited += max(pause, 1.0)


def forget_credentials(response: requests.Response, known: Mapping[str, str] | None = None) -> None:
    """Take out of a refusal or redirect what it repeats of the request's secrets: it would be told, logged and traced.

    `known` are headers of the API that hold none.
    """
    if 200 <= response.status_code < 300:
        return
    for secret in secrets_of(response.request.headers, known or {}):
        for told in (secret, quote(secret, safe="")):
            response.reason = (response.reason or "").replace(told, "***")
            for name, value in response.headers.items():
                response.headers[name] = value.replace(told, "***")
            if told.encode() in response.content:
                response._content = response.content.replace(told.encode(), b"***")


def secrets_of(headers: Mapping[str, Any], known: Mapping[str, str]) -> list[str]:
    """What a request's headers may hold of secrets, as sent and as written down by its user."""
    found = []
    for name, value in headers.items():
        if name.lower() in OPEN_HEADERS or known.get(name) == value:
            continue
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        secret = text.rpartition(" ")[2]
        # also where a scheme names it: `Token token=…`
        found += [secret, *(part for part in re.split(r"[ =,\"]+", text) if len(part) > 7)]
        if text.startswith("Basic "):
            with suppress(binascii.Error, ValueError):
                found.append(base64.b64decode(secret).decode().partition(":")[2])
    return sorted((secret for secret in found if len(secret) > 3), key=len, reverse=True)


def pause_of(response: requests.Response) -> float | None:
    """Seconds to wait where an answer says that a rate limit is reached, else null.

    429 always; 403, 503 and others where a header or the text says so, GraphQL's errors among them.
    """
    status, headers = response.status_code, response.headers
    if status < 400 and not is_limited_graphql(response):
        return None
    after = seconds_until(headers.get("Retry-After"))
    if after is not None and status in (200, 400, 403, 429, 503):
        return after
    spent = any(headers.get(name.replace("Reset", "Remaining")) == "0" for name in RESETS)
    said = status in (400, 403) and bool(LIMITED.search(response.text[:2000]))
    if not (status in (200, 429) or said or (spent and status == 403)):
        return None
    used_up = [name for name in RESETS if headers.get(name.replace("Reset", "Remaining")) == "0"]
    resets = (seconds_until(headers.get(name)) for name in used_up or RESETS)
    return next((wait + 1.0 for wait in resets if wait is not None), PAUSE)


def never(response: requests.Response) -> float | None:
    """No pause, whatever an answer asks for."""
    return None


def seconds_until(value: str | None) -> float | None:
    """Seconds from now to what a header says: seconds, a time since 1970 (also in milliseconds), or a date."""
    if not value or not value.strip():
        return None
    text = value.strip()
    now = time.time()
    try:
        number = float(text)
    except ValueError:
        for read in (parsedate_to_datetime, datetime.fromisoformat):
            with suppress(ValueError):
                moment = read(text)
                utc = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
                return max(utc.timestamp() - now, 0.0)
        return None
    if number >= EPOCH:
        number = (number / 1000 if number >= EPOCH_MS else number) - now
    return max(number, 0.0)


def is_limited_graphql(response: requests.Response) -> bool:
    """True where GraphQL says, with status 200, that a rate limit is reached."""
    if response.request.method != "POST" or b'"errors"' not in response.content:
        return False
    with suppress(ValueError):
        answer = response.json()
        errors = answer.get("errors") if isinstance(answer, dict) else None
        for error in errors if isinstance(errors, list) else []:
            told = error.get("extensions") if isinstance(error, dict) else None
            if isinstance(told, dict) and LIMITED.search(str(told.get("code") or told.get("type"))):
                return True
    return False


def graphql_errors(answer: Any) -> str | None:
    """The messages of a GraphQL answer's errors, null where there is none."""
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if not errors or not isinstance(errors, list):
        return None
    return "; ".join(
        str(error.get("message", "")) if isinstance(error, dict) else str(error) for error in errors
    )


class NoAuth(AuthBase):
    """No token; keeps `requests` from taking a password from a `.netrc` of the machine."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


class HeaderAuth(AuthBase):
    """Secrets in headers."""

    def __init__(self, **headers: str) -> None:
        """Send these headers with every request."""
        self.headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.headers.update(self.headers)
        return request


def secret(source: str, key: str, hint: str = "") -> str:
    """A secret of `[sources.<source>]`; `LoadError` says what to write where, and `hint` where it comes from."""
    found = dlt.secrets.get(f"sources.{source}.{key}", str)
    if not found:
        raise LoadError(
            f"{key} is missing: write it into [sources.{source}] of .dlt/secrets.toml"
            f" or SOURCES__{source.upper()}__{key.upper()}" + (f"; {hint}" if hint else "")
        )
    return str(found)


def header(source: str, **keys: str) -> Callable[[], AuthBase]:
    """Auth by headers: `header("tool", X_API_KEY="api_key")` sends `X-API-KEY` with the secret `api_key`."""

    def auth() -> AuthBase:
        return HeaderAuth(
            **{name.replace("_", "-"): secret(source, key) for name, key in keys.items()}
        )

    return auth


def bearer(source: str, key: str = "token", scheme: str = "Bearer ") -> Callable[[], AuthBase]:
    """Auth by `Authorization: Bearer <secret>`, or by another word in place of `Bearer `."""
    return lambda: HeaderAuth(Authorization=scheme + secret(source, key))


def basic(source: str, user: str = "user", key: str = "token") -> Callable[[], AuthBase]:
    """Auth by user name and token or password, two secrets of the source."""

    def auth() -> AuthBase:
        name = dlt.secrets.get(f"sources.{source}.{user}", str) if user else ""
        pair = f"{name or ''}:{secret(source, key)}".encode()
        return HeaderAuth(Authorization="Basic " + base64.b64encode(pair).decode())

    return auth


def session_of(
    source: str,
    title: str,
    base_url: str,
    auth: Callable[[requests.Session], AuthBase],
    *,
    headers: Mapping[str, str] | None = None,
    pause: Pause = pause_of,
    wait: Sleep | None = None,
    example: str = "https://<your server>",
    patient: bool = True,
) -> requests.Session:
    """A session with dlt's retries that reaches the API's host alone, and is signed in there.

    One that is not `patient` tries once, for ten seconds, and waits for no quota.
    """
    scheme, host, _ = origin(base_url)
    if scheme not in ("http", "https") or not host:
        raise LoadError(
            f"base_url {base_url!r} in [sources.{source}] of .dlt/config.toml is no address; write {example!r}"
        )
    client = Client(raise_for_status=False, **({} if patient else IMPATIENT))
    if patient:
        client.configure()
    session = client.session
    adapter = OneHost(source, title, base_url, pause if patient else never, wait)
    adapter.open = {"Accept": "*/*", **(headers or {})}
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers.update(headers or {})
    session.auth = auth(session)
    # A redirect, which stays on this host, keeps its token: `requests` would take a password from a `.netrc`.
    session.rebuild_auth = lambda *_: None  # type: ignore[method-assign]
    if scheme == "http" and host not in LOOPBACK and not isinstance(session.auth, NoAuth):
        raise LoadError(
            f"base_url {base_url!r} is not encrypted, and the token would travel with it; use https"
        )
    return session


def message_of(response: requests.Response) -> str:
    """What a vendor says about a refusal: the message in its JSON, wherever vendors put it."""
    try:
        answer = response.json()
    except ValueError:
        return response.reason or ""
    return told(answer) or response.reason or ""


def told(answer: Any) -> str:
    """The message in an error's JSON."""
    if isinstance(answer, str):
        return answer
    if isinstance(answer, list):
        return "; ".join(filter(None, map(told, answer)))
    if not isinstance(answer, dict):
        return ""
    for name in ("message", "error_description", "detail", "title", "error", "errors", "msg"):
        if found := told(answer.get(name)):
            return found
    for name in ("errorMessages", "reason"):
        if found := told(answer.get(name)):
            return found
    return ""


def text_of(payload: Any) -> str:
    """JSON text of an API's item, with exact integers and whole characters."""
    text = landing.dumps(payload)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which no UTF-8 can hold
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
