"""GitHub's REST API: signed in as a token or as an app; how its long lists are walked."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import dlt
import jwt
import requests
from dlt.sources.helpers.rest_client.client import RESTClient
from dlt.sources.helpers.rest_client.paginators import BasePaginator, HeaderLinkPaginator
from requests.auth import AuthBase

from pipelines.landing import LoadError
from pipelines.rest import client
from pipelines.rest.client import HeaderAuth, NoAuth, Sleep, message_of

DEFAULT_URL = "https://api.github.com"
HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "User-Agent": "engops",
}
PER_PAGE = 100
# A token of an app lives for an hour.
REFRESH_BEFORE = 300.0


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


def session_of(
    settings: Settings, sleep: Sleep | None = None, *, patient: bool = True
) -> requests.Session:
    """A session with dlt's retries that reaches the API's host alone, and is signed in there."""
    return client.session_of(
        "github",
        "GitHub",
        settings.base_url,
        lambda session: auth_of(settings, session),
        headers=HEADERS,
        wait=sleep,
        patient=patient,
        example=f"{DEFAULT_URL}' or 'https://<your server>/api/v3",
    )


def auth_of(settings: Settings, session: requests.Session) -> AuthBase:
    """The app where one is configured, else the token, else nothing (public repositories, 60 requests an hour)."""
    if settings.app_id and settings.private_key:
        return AppAuth(settings, session)
    if settings.app_id or settings.private_key:
        raise LoadError(
            "a GitHub App needs app_id and private_key in [sources.github] of .dlt/secrets.toml; one is missing"
        )
    return HeaderAuth(Authorization=f"Bearer {settings.token}") if settings.token else NoAuth()


def rest_client(settings: Settings, session: requests.Session) -> RESTClient:
    """The client of dlt for single questions."""
    return RESTClient(settings.base_url, headers=HEADERS, session=session)


def raise_for_status(response: requests.Response, *_: Any, **__: Any) -> None:
    """Raise where nothing else dealt with a failure; dlt retries what may pass."""
    response.raise_for_status()


def next_url(response: requests.Response) -> str | None:
    """The address of the next page, from the Link header."""
    return response.links.get("next", {}).get("url")


class DownTo(HeaderLinkPaginator):
    """Pages by Link of a list whose clock falls, down to a time; all of them where there is none."""

    def __init__(self, clock: str, floor: str | None) -> None:
        """`floor` is a time as GitHub writes it."""
        super().__init__()
        self.clock = clock
        self.floor = floor

    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        """Follow the Link while the page's last item is not older."""
        super().update_state(response, data)
        if data and self.floor and str(data[-1].get(self.clock)) < self.floor:
            self._has_next_page = False


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
