"""How GitHub's REST API is asked: one host only, within its rate limits, as a token or as an app.

dlt's client retries what fails in passing (429, 5xx, cut bodies, time-outs). Below it, an adapter refuses every request
that would leave the API's own host, redirects included, and waits where GitHub says that the quota is used up.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import dlt
import jwt
import requests
from dlt.sources.helpers.requests.retry import Client
from dlt.sources.helpers.rest_client.client import RESTClient
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from pipelines import landing
from pipelines.landing import LoadError

log = logging.getLogger(__name__)

DEFAULT_URL = "https://api.github.com"
HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "User-Agent": "engops",
}
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PER_PAGE = 100
# GitHub asks for a minute where it does not say how long, and its quotas are of an hour.
PAUSE = 60.0
LONGEST_PAUSE = 2 * 3600.0
# A token of an app lives for an hour.
REFRESH_BEFORE = 300.0

Sleep = Callable[[float], None]


@dataclass(frozen=True)
class Settings:
    """`[sources.github]` of dlt's configuration and secrets."""

    base_url: str = DEFAULT_URL
    token: str | None = None
    app_id: str | None = None
    private_key: str | None = None
    installation_id: str | None = None

    @classmethod
    def configured(cls) -> "Settings":
        """What `.dlt/config.toml`, `.dlt/secrets.toml` and the environment say."""

        def secret(key: str) -> str | None:
            return dlt.secrets.get(f"sources.github.{key}", str) or None

        return cls(
            base_url=(dlt.config.get("sources.github.base_url", str) or DEFAULT_URL).rstrip("/"),
            token=secret("token"),
            app_id=secret("app_id"),
            private_key=secret("private_key"),
            installation_id=secret("installation_id"),
        )


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port


class OneHost(HTTPAdapter):
    """Sends to the API's own host and to no other; waits where a quota is used up."""

    def __init__(self, base_url: str, sleep: Sleep) -> None:
        """Allow the origin of `base_url` alone."""
        super().__init__()
        self.origin = origin(base_url)
        self.sleep = sleep

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """Send one request, again after each pause that GitHub asks for."""
        if origin(request.url or "") != self.origin:
            raise LoadError(
                f"GitHub's answer leads to another host ({urlsplit(request.url or '').netloc}); it is not followed,"
                " because the token would go with it. Check base_url in [sources.github] of .dlt/config.toml."
            )
        waited = 0.0
        while True:
            response = super().send(request, *args, **options)
            forget_credentials(response)
            pause = pause_of(response)
            if pause is None or waited + pause > LONGEST_PAUSE:
                return response
            response.close()
            log.warning("github: the rate limit is reached; going on in %.0f s", pause)
            self.sleep(pause)
            waited += max(pause, 1.0)


def forget_credentials(response: requests.Response) -> None:
    """Take out of a refusal or redirect what it repeats of the request's token: it would be told, logged and traced."""
    token = str(response.request.headers.get("Authorization", "")).rpartition(" ")[2]
    if not token or 200 <= response.status_code < 300:
        return
    for told in (token, quote(token, safe="")):
        response.reason = (response.reason or "").replace(told, "***")
        for name, value in response.headers.items():
            response.headers[name] = value.replace(told, "***")
        if told.encode() in response.content:
            response._content = response.content.replace(told.encode(), b"***")


def pause_of(response: requests.Response) -> float | None:
    """Seconds to wait where an answer says that a primary or secondary rate limit is reached, else null."""
    if response.status_code not in (403, 429):
        return None
    after = response.headers.get("Retry-After", "")
    if after.strip().isdigit():
        return float(after)
    if response.headers.get("X-RateLimit-Remaining") == "0":
        reset = response.headers.get("X-RateLimit-Reset", "")
        return max(float(reset) - time.time(), 0.0) + 1.0 if reset.isdigit() else PAUSE
    if "rate limit" in response.text.lower():
        return PAUSE
    return None


class AppAuth(AuthBase):
    """A GitHub App's installation token, made from a signed JWT and made anew before it ends."""

    def __init__(self, settings: Settings, session: requests.Session) -> None:
        """Sign with the app's private key (PEM text)."""
        self.settings = settings
        self.session = session
        self.token = ""
        self.until = 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        if time.time() > self.until - REFRESH_BEFORE:
            self.refresh()
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request

    def refresh(self) -> None:
        """Fetch a new installation token."""
        installation = self.settings.installation_id or self.only_installation()
        answer = self.ask("post", f"app/installations/{installation}/access_tokens")
        self.token = str(answer["token"])
        self.until = datetime.fromisoformat(answer["expires_at"]).astimezone(UTC).timestamp()

    def only_installation(self) -> str:
        """The installation of an app that has one."""
        found = self.ask("get", "app/installations")
        if len(found) != 1:
            raise LoadError(
                f"the GitHub App has {len(found)} installations; name one: installation_id in [sources.github] of"
                " .dlt/secrets.toml"
            )
        return str(found[0]["id"])

    def ask(self, method: str, path: str) -> Any:
        """One request as the app itself."""
        response = self.session.request(
            method,
            f"{self.settings.base_url}/{path}",
            headers={**HEADERS, "Authorization": f"Bearer {self.signed()}"},
            auth=NoAuth(),
        )
        if not response.ok:
            raise LoadError(
                f"GitHub refused the app ({path}: {response.status_code} {message_of(response)}); check app_id,"
                " private_key and installation_id in [sources.github] of .dlt/secrets.toml"
            )
        return response.json()

    def signed(self) -> str:
        """The JWT by which the app proves itself, for ten minutes at most."""
        now = int(time.time())
        claims = {"iat": now - 60, "exp": now + 540, "iss": self.settings.app_id}
        try:
            return jwt.encode(claims, self.settings.private_key or "", algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise LoadError(
                f"private_key in [sources.github] of .dlt/secrets.toml is no PEM private key: {error}"
            ) from error


class TokenAuth(AuthBase):
    """A personal or fine-grained token."""

    def __init__(self, token: str) -> None:
        """Send this token with every request."""
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class NoAuth(AuthBase):
    """No token; keeps `requests` from taking a password from a `.netrc` of the machine."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


def session_of(settings: Settings, sleep: Sleep = time.sleep) -> requests.Session:
    """A session with dlt's retries that reaches the API's host alone, and is signed in there."""
    scheme, host, _ = origin(settings.base_url)
    if scheme not in ("http", "https") or not host:
        raise LoadError(
            f"base_url {settings.base_url!r} in [sources.github] of .dlt/config.toml is no address;"
            f" write {DEFAULT_URL!r} or 'https://<your server>/api/v3'"
        )
    if (
        scheme == "http"
        and host not in LOOPBACK
        and (settings.token or settings.private_key or settings.app_id)
    ):
        raise LoadError(
            f"base_url {settings.base_url!r} is not encrypted, and the token would travel with it; use https"
        )
    client = Client(raise_for_status=False)
    client.configure()
    session = client.session
    adapter = OneHost(settings.base_url, sleep)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.auth = auth_of(settings, session)
    return session


def auth_of(settings: Settings, session: requests.Session) -> AuthBase:
    """The app where one is configured, else the token, else nothing (public repositories, 60 requests an hour)."""
    if settings.app_id and settings.private_key:
        return AppAuth(settings, session)
    if settings.app_id or settings.private_key:
        raise LoadError(
            "a GitHub App needs app_id and private_key in [sources.github] of .dlt/secrets.toml; one is missing"
        )
    return TokenAuth(settings.token) if settings.token else NoAuth()


def rest_client(settings: Settings, session: requests.Session) -> RESTClient:
    """The client of dlt for single questions."""
    return RESTClient(settings.base_url, headers=HEADERS, session=session)


def message_of(response: requests.Response) -> str:
    """What GitHub says about a refusal."""
    try:
        answer = response.json()
    except ValueError:
        return response.reason or ""
    return str(answer.get("message", "")) if isinstance(answer, dict) else ""


def raise_for_status(response: requests.Response, *_: Any, **__: Any) -> None:
    """Raise where nothing else dealt with a failure; dlt retries what may pass."""
    response.raise_for_status()


def next_url(response: requests.Response) -> str | None:
    """The address of the next page, from the Link header."""
    return response.links.get("next", {}).get("url")


def foreign(response: requests.Response, url: str) -> bool:
    """True for an address on another host than the one that answered."""
    return bool(urlsplit(url).netloc) and origin(url) != origin(response.url)


class Walk(BasePaginator):
    """Pages of a list that is ordered by a clock, at most so many of them at once.

    Ascending lists are walked by their clock (`since` = the last item's), not by page numbers: an item that is
    updated meanwhile moves to the end, and whatever followed it would slip from the next page to the last one, unseen.
    Descending lists are walked by page, down to `floor`; what is new meanwhile shows twice, and nothing is lost.
    """

    def __init__(
        self,
        clock: str,
        stopped: Callable[[str], None],
        *,
        floor: str | None = None,
        ascending: bool = False,
        most_pages: int = 20,
    ) -> None:
        """`stopped` is called with where to go on (a time or a page) where `most_pages` ended the walk."""
        super().__init__()
        self.clock = clock
        self.stopped = stopped
        self.floor = floor
        self.ascending = ascending
        self.most_pages = most_pages
        self.pages = 0
        self.since: str | None = None
        self.page = 1

    def init_request(self, request: requests.Request) -> None:
        """Remember where the walk starts."""
        params: Mapping[str, Any] = request.params or {}
        self.since = params.get("since")
        self.page = int(params.get("page") or 1)

    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        """Decide on the next page."""
        self.pages += 1
        last = str(data[-1].get(self.clock) or "") if data else ""
        self._has_next_page = bool(data) and next_url(response) is not None
        if self._has_next_page and self.floor and not self.ascending:
            self._has_next_page = last >= self.floor
        if self.ascending and last and last != self.since:
            self.since, self.page = last, 1
        else:
            self.page += 1
        if self._has_next_page and self.pages >= self.most_pages and (
            not self.ascending or self.page == 1
        ):  # fmt: skip
            self._has_next_page = False
            self.stopped(str(self.since) if self.ascending else str(self.page))

    def update_request(self, request: requests.Request) -> None:
        """Ask for the next page."""
        request.params = {**(request.params or {}), "page": self.page}
        if self.ascending:
            request.params["since"] = self.since


def text_of(payload: Any) -> str:
    """JSON text of an API's item, with exact integers and whole characters."""
    text = landing.dumps(payload)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, which no UTF-8 can hold
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
