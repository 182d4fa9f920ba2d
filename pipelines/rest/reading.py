"""What the walks of one load share: how a list's pages are asked for, and what has landed already."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from dlt.sources.helpers.rest_client.client import RESTClient
from dlt.sources.helpers.rest_client.exceptions import IgnoreResponseException
from dlt.sources.helpers.rest_client.paginators import BaseReferencePaginator

from pipelines.rest.api import Item, Listing
from pipelines.rest.ledger import Known
from pipelines.rest.paging import Paging
from pipelines.rest.question import path_of, question
from pipelines.rest.watch import Watch

# A long walk keeps its place after so many pages.
PAGES_A_PART = 20


@dataclass
class Reading:
    """What the walks of one load share; `ends` is when the round does, by the monotonic clock."""

    source: str
    base_url: str
    client: RESTClient
    watch: Watch
    full_refresh: bool = False
    tables: dict[str, Known] = field(default_factory=dict)
    ends: float = 0.0

    def is_part(self, pages: int) -> bool:
        """True where a walk has come far enough to keep its place."""
        return pages >= PAGES_A_PART or time.monotonic() >= self.ends

    def known(self, table: str) -> Known:
        """What the API has already given of a table."""
        if table not in self.tables:
            self.tables[table] = Known(self.source, table, nothing=self.full_refresh)
        return self.tables[table]

    def pages(
        self, listing: Listing, asked: Mapping[str, Any], parent: Item | None, place: Any = None
    ) -> Iterator[tuple[list[Any], Paging]]:
        """The pages of a list, each with where the next one is."""
        paging = Paging(
            listing.paginator,
            base_url=self.base_url,
            selector=listing.selector,
            optional=listing.optional,
            last=listing.last,
            place=place,
        )
        refers = isinstance(paging.inner, BaseReferencePaginator)

        def judge(response: requests.Response, *_: Any, **__: Any) -> None:
            if response.status_code in listing.absent:
                raise IgnoreResponseException
            self.watch.judge(response, placed=refers and paging.place is not None)

        params, body = question(listing, asked, parent)
        pages = self.client.paginate(
            path_of(listing, parent),
            method="GET" if body is None else "POST",
            params=params,
            json=body,
            headers=dict(listing.headers),
            paginator=paging,
            data_selector=listing.selector,
            hooks={"response": [judge]},
        )
        for page in pages:
            yield list(page), paging
