"""How the API of every source is read: what a source declares, and what lands it.

A source says what its vendor's API is like (`Api`), what it covers (`Scope`) and which lists it has (`Listing`);
`load` reads them by dlt's REST client and lands them in the raw contract, in parts, with the load ledger as the only
memory.
"""

from dlt.sources.helpers.rest_client.paginators import (
    HeaderCursorPaginator,
    HeaderLinkPaginator,
    JSONLinkPaginator,
    JSONResponseCursorPaginator,
    OffsetPaginator,
    PageNumberPaginator,
)

from pipelines.rest.api import Api, Item, Listing, Scope
from pipelines.rest.client import HeaderAuth, NoAuth, basic, bearer, header, pause_of, secret
from pipelines.rest.question import iso, moment, value_of
from pipelines.rest.rounds import ask, load, reach
from pipelines.rest.watch import ExpiredError

__all__ = [
    "Api",
    "ExpiredError",
    "HeaderAuth",
    "HeaderCursorPaginator",
    "HeaderLinkPaginator",
    "Item",
    "JSONLinkPaginator",
    "JSONResponseCursorPaginator",
    "Listing",
    "NoAuth",
    "OffsetPaginator",
    "PageNumberPaginator",
    "Scope",
    "ask",
    "basic",
    "bearer",
    "header",
    "iso",
    "load",
    "moment",
    "pause_of",
    "reach",
    "secret",
    "value_of",
]
