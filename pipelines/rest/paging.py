"""dlt's paginators, watched: where a walk is, that it moves, and that it stays on the API's own host."""

import copy
from typing import Any

import requests
from dlt.common import jsonpath
from dlt.sources.helpers.rest_client.paginators import (
    BaseNextUrlPaginator,
    BasePaginator,
    BaseReferencePaginator,
    RangePaginator,
    SinglePagePaginator,
)

from pipelines.rest.client import foreign
from pipelines.rest.watch import FailedError, RefusedError


class Paging(BasePaginator):
    """One walk through the pages of a list, by a copy of one of dlt's paginators.

    `place` is where the next page is (a number, a cursor or an address), null on the first; a walk can begin there.
    """

    def __init__(
        self,
        pattern: BasePaginator | None,
        *,
        base_url: str,
        selector: str = "$",
        optional: bool = False,
        last: str = "",
        place: Any = None,
    ) -> None:
        """`selector`, `optional` and `last` are the listing's."""
        super().__init__()
        self.inner = copy.deepcopy(pattern) if pattern else SinglePagePaginator()
        self.base_url = base_url
        self.selector = jsonpath.compile_path(selector)
        self.optional = optional
        self.last = jsonpath.compile_path(last) if last else None
        self.place = place

    def init_request(self, request: requests.Request) -> None:
        """Begin at the first page, or at the place."""
        self.inner.init_request(request)
        if self.place is None:
            return
        if isinstance(self.inner, RangePaginator):
            self.inner.current_value = self.place
        elif isinstance(self.inner, BaseReferencePaginator):
            self.inner._next_reference = self.place
        self.inner.update_request(request)

    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        """Find the next page; refuse one that is elsewhere, or the same again."""
        if not data and not self.optional:
            self.look_for_items(response)
        self.inner.update_state(response, data)
        self._has_next_page = self.inner.has_next_page and not self.is_last(response)
        if not self._has_next_page:
            return
        before, self.place = self.place, place_of(self.inner)
        if isinstance(self.inner, BaseNextUrlPaginator) and foreign(self.base_url, str(self.place)):
            raise RefusedError("a link to another host was not followed")
        if self.place == before:
            raise FailedError(f"the API leads from page {str(before)[:80]!r} to the same page")

    def is_last(self, response: requests.Response) -> bool:
        """True where an answer says that it is the last one."""
        return self.last is not None and jsonpath.find_values(self.last, response.json())[:1] == [
            True
        ]

    def look_for_items(self, response: requests.Response) -> None:
        """Raise where an answer lacks its list: that is no empty list."""
        if not jsonpath.find_values(self.selector, response.json()):
            raise FailedError(f"an answer has no {self.selector}")

    def update_request(self, request: requests.Request) -> None:
        """Ask for the next page."""
        if self._has_next_page:
            self.inner.update_request(request)


def place_of(paginator: BasePaginator) -> Any:
    """Where the next page of a paginator is."""
    if isinstance(paginator, RangePaginator):
        return paginator.current_value
    if isinstance(paginator, BaseReferencePaginator):
        return paginator._next_reference
    return None
