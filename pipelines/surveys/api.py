"""Typeform's Responses API → raw_surveys.responses: the completed responses of the forms that are named.

    form ──▶ responses, the newest first, a thousand a page

Who answered is hashed and words are left out before anything lands.
"""

from datetime import datetime, timedelta

import dlt

from pipelines import rest
from pipelines.landing import LoadSummary, Progress
from pipelines.surveys import privacy

API = rest.Api(
    source="surveys",
    title="Typeform",
    base_url="https://api.typeform.com",
    auth=rest.bearer("surveys"),
)
LATE = timedelta(hours=1)
# The next page is what came before the last response of this one.
PAGES = rest.JSONResponseCursorPaginator("items[-1:].token", "before")


def forms() -> list[str]:
    """The forms that `[sources.surveys]` names."""
    return list(dlt.config.get("sources.surveys.forms", list) or ())


def configured() -> bool:
    """True where `[sources.surveys]` has forms and a token."""
    return bool(forms() and dlt.secrets.get("sources.surveys.token", str))


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, "me")


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new of every form; see `pipelines.rest.load`."""
    by = privacy.rules()
    return rest.load(
        API,
        [rest.Scope(f"surveys:form:{form}", form) for form in forms()],
        lambda scope: [responses(scope.title, by)],
        since=since,
        full_refresh=full_refresh,
        progress=progress,
    )


def responses(form: str, by: privacy.Rules) -> rest.Listing:
    """The responses of a form."""
    return rest.Listing(
        table="responses",
        path=f"forms/{form}/responses",
        selector="items",
        params={"page_size": 1000},
        paginator=PAGES,
        version=("token", "submitted_at"),
        key="token",
        clock="submitted_at",
        order="descending",
        # to the second, and what came in the last half hour may not be there yet
        since=lambda since, until: {"since": rest.iso(since)},
        look_back=LATE,
        shape=lambda item: privacy.kept({**item, "form_id": form}, by),
    )
