"""SonarQube's Web API → raw_sonarqube.

projects ──▶ measures of each: the history of a metric, a page of it a row
         ──▶ vulnerabilities of each, whole each time
"""

from datetime import datetime, timedelta
from typing import Any

import dlt
import requests

from pipelines import rest
from pipelines.landing import LoadSummary, Progress

SOURCE = "sonarqube"
# Sizes, findings and shares of the code; `alert_status` is the quality gate's.
METRICS = (
    *("alert_status", "coverage", "duplicated_lines_density", "ncloc"),
    *("bugs", "code_smells", "vulnerabilities", "sqale_index"),
)
# An analysis is dated when it was handed in, and listed once it has been worked on.
LOOK_BACK = timedelta(days=1)

API = rest.Api(SOURCE, "SonarQube", auth=rest.bearer(SOURCE))


class Pages(rest.PageNumberPaginator):
    """Pages by `p`; the answer says how many items there are of all, and not whether more follow."""

    def __init__(self) -> None:
        """The first page is 1."""
        super().__init__(base_page=1, page_param="p", total_path=None)

    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        """Go on while there are more."""
        super().update_state(response, data)
        paging = response.json()["paging"]
        self._has_next_page = paging["pageIndex"] * paging["pageSize"] < paging["total"]


def configured() -> bool:
    """True where an address and a token are set; docs/sources/sonarqube.md says how."""
    return bool(
        dlt.config.get(f"sources.{SOURCE}.base_url", str)
        and dlt.secrets.get(f"sources.{SOURCE}.token", str)
    )


def reach() -> None:
    """Ask one thing; raises `LoadError` where the API or the token does not do."""
    rest.reach(API, "api/components/search_projects", {**organisation(), "ps": 1})


def organisation() -> dict[str, str]:
    """The parameter that SonarQube Cloud asks for; a server has none."""
    name = dlt.config.get(f"sources.{SOURCE}.organization", str)
    return {"organization": str(name)} if name else {}


def projects() -> list[rest.Scope]:
    """The projects that are named, else all that the token sees."""
    names = dlt.config.get(f"sources.{SOURCE}.projects", list) or [
        item["key"]
        for item in rest.ask(
            API,
            rest.Listing(
                "projects",
                "api/components/search_projects",
                "components",
                params={**organisation(), "ps": 500},
                paginator=Pages(),
            ),
        )
    ]
    return [rest.Scope(f"{SOURCE}:project:{name}", str(name)) for name in names]


def stretch(since: datetime, until: datetime) -> dict[str, str]:
    """What was analysed since."""
    return {"from": since.strftime("%Y-%m-%dT%H:%M:%S%z")}


def listings(scope: rest.Scope) -> list[rest.Listing]:
    """The history of each metric of a project, and its vulnerabilities."""
    project = {"project": scope.title}
    histories = [
        rest.Listing(
            "measures",
            "api/measures/search_history",
            "measures",
            params={"component": scope.title, "metrics": metric, "ps": 1000},
            paginator=Pages(),
            since=stretch,
            look_back=LOOK_BACK,
            shape=lambda measure: measure if measure.get("history") else None,
            extra=project,
            name=f"measures:{metric}",
        )
        for metric in METRICS
    ]
    vulnerabilities = rest.Listing(
        "vulnerabilities",
        "api/issues/search",
        "issues",
        params={"componentKeys": scope.title, "types": "VULNERABILITY", "ps": 500},
        paginator=Pages(),
        whole=True,
        key="key",
        version=("key", "updateDate", "status"),
        extra=project,
    )
    return [*histories, vulnerabilities]


def load_api(
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what is new in every project; raises `LoadError` where nothing can be read."""
    return rest.load(
        API, projects(), listings, since=since, full_refresh=full_refresh, progress=progress
    )
