"""Prometheus' `query_range` → raw_prometheus.measurements: a sample a row, of every objective that the files define.

Steps lie on whole multiples of their length, so that every load asks for the same moments. What was sampled within the
last hour is asked again, since samples may come late.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import dlt
import requests
from dlt.sources.helpers.rest_client.paginators import SinglePagePaginator
from requests.auth import AuthBase

from pipelines import rest
from pipelines.landing import LoadError, LoadSummary, Progress
from pipelines.prometheus.questions import Question, seconds
from pipelines.rest.watch import RefusedError

SOURCE = "prometheus"
# Prometheus gives no more than 11,000 samples of a series at once.
MOST_SAMPLES = 10_000
LATE = timedelta(hours=1)


class OneSeries(SinglePagePaginator):
    """One answer, which must hold one series and be whole.

    A warning that is about the query itself begins with `PromQL`; any other says that data is missing.
    """

    def update_state(self, response: requests.Response, data: list[Any] | None = None) -> None:
        """Refuse what cannot be counted."""
        super().update_state(response, data)
        answer = response.json()
        warnings = [
            str(one) for one in answer.get("warnings") or () if not str(one).startswith("PromQL")
        ]
        if warnings:
            raise RefusedError(f"not all data was there: {warnings[0][:200]}")
        result = rest.value_of(answer, "data.result")
        if isinstance(result, list) and len(result) > 1:
            raise RefusedError(f"the query gives {len(result)} series; aggregate them to one")


def step() -> int:
    """Seconds from one sample to the next, where the SLO has no slices of its own: `step`, five minutes."""
    try:
        return seconds(dlt.config.get("sources.prometheus.step", str) or "5m")
    except ValueError as error:
        raise LoadError(
            "step in [sources.prometheus] of .dlt/config.toml is none such as 5m"
        ) from error


def auth() -> AuthBase:
    """By token, or by user and password, or open."""
    if dlt.secrets.get("sources.prometheus.token", str):
        return rest.bearer(SOURCE)()
    if dlt.secrets.get("sources.prometheus.password", str):
        return rest.basic(SOURCE, "user", "password")()
    return rest.NoAuth()


def server() -> rest.Api:
    """Prometheus, or what speaks its language for one of several tenants."""
    tenant = dlt.config.get("sources.prometheus.tenant", str)
    return rest.Api(
        SOURCE,
        "Prometheus",
        headers={"X-Scope-OrgID": tenant} if tenant else {},
        auth=auth,
        refusal=refusal,
    )


def load_api(
    asked: Sequence[Question],
    *,
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land what was sampled since the last load, each SLO a scope of its own; see `pipelines.rest.load`."""
    scopes = [
        rest.Scope(f"prometheus:slo:{slo}", slo)
        for slo in dict.fromkeys(question.slo for question in asked)
    ]
    return rest.load(
        server(),
        scopes,
        lambda scope: [listing(question) for question in asked if question.slo == scope.title],
        since=since,
        full_refresh=full_refresh,
        progress=progress,
    )


def listing(question: Question) -> rest.Listing:
    """The samples of one series."""
    length = timedelta(seconds=question.step)
    return rest.Listing(
        table="measurements",
        name=f"measurements:{question.objective}:{question.part}",
        path="api/v1/query_range",
        selector="data.result[*].values[*]",
        optional=True,
        params={"query": question.query, "step": question.step},
        paginator=OneSeries(),
        since=stretch(question.step),
        window=min(length * MOST_SAMPLES, timedelta(days=365)),
        look_back=max(LATE, 2 * length),
        extra={
            "slo": question.slo,
            "objective": question.objective,
            "part": question.part,
            "step": question.step,
            **question.told,
        },
    )


def stretch(step: int) -> Callable[[datetime, datetime], Mapping[str, Any]]:
    """The whole steps after one time, up to another; where there is none, the one before them again."""

    def asked(since: datetime, until: datetime) -> Mapping[str, Any]:
        last = int(until.astimezone(UTC).timestamp()) // step * step
        first = (int(since.astimezone(UTC).timestamp()) // step + 1) * step
        return {"start": min(first, last), "end": last}

    return asked


def refusal(answer: Any) -> str | None:
    """What an answer of status 200 says that went wrong."""
    if isinstance(answer, dict) and answer.get("status") == "error":
        return f"{answer.get('errorType')}: {answer.get('error')}"[:300]
    return None
