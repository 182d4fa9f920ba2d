"""Azure DevOps' lists between two loads: what waits for weeks is seen when it ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines import rest
from tests.conftest import Place
from tests.sources.azure_devops import CASE, PATH, current, ended
from tests.vendor_server import Request, Route, between, cursor

pytestmark = pytest.mark.slow

TOKENS = cursor("continuationToken", header="x-ms-continuationtoken")


def ago(**back: float) -> str:
    """A time before now."""
    return rest.iso(datetime.now(UTC) - timedelta(**back))


def landed(place: Place, table: str, field: str) -> set[Any]:
    """Id and a field of each row of a project."""
    sql = f"select payload ->> 'id', payload ->> '{field}' from raw_azure_devops.{table}"
    return set(place.rows(f"{sql} where payload ->> '_project' = 'acme/shop'"))


def test_what_waits_for_weeks_is_seen_when_it_ends(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that are newer fill the first page, which is older than the last load; the third one ends after it."""
    queued = [ago(days=days) for days in (9, 10, 20)]
    runs: list[dict[str, Any]] = [
        {"id": n, "status": "completed", "queueTime": at, "finishTime": at}
        for n, at in enumerate(queued)
    ]
    runs[2] |= {"status": "inProgress", "finishTime": None}
    releases: list[dict[str, Any]] = [
        {"id": n, "deploymentStatus": "succeeded", "queuedOn": at, "lastModifiedOn": at}
        for n, at in enumerate(queued)
    ]
    releases[2]["deploymentStatus"] = "notDeployed"

    def listed(asked: Request) -> list[dict[str, Any]]:
        if current(asked):
            return [run for run in runs if not run["finishTime"]]
        if not ended(asked):
            return runs
        done = [run for run in runs if run["finishTime"]]
        return sorted(done, key=lambda run: str(run["finishTime"]), reverse=True)

    assert CASE.api
    with CASE.api.serving("azure_devops", monkeypatch) as vendor:
        vendor.routes |= {
            f"{PATH}/build/builds": Route(listed, "value", TOKENS),
            f"{PATH}/release/deployments": Route(
                releases,
                "value",
                TOKENS,
                order="-queuedOn",
                keep=between("lastModifiedOn", "minModifiedTime"),
            ),
        }
        vendor.routes |= {
            f"{PATH}/build/builds/{n}/timeline": Route([], "records") for n in range(3)
        }
        CASE.api.run("azure_devops")
        assert ("2", "inProgress") in landed(place, "builds", "status")
        assert ("2", "notDeployed") in landed(place, "deployments", "deploymentStatus")
        runs[2] |= {"status": "completed", "finishTime": ago(seconds=0)}
        releases[2] |= {"deploymentStatus": "succeeded", "lastModifiedOn": ago(seconds=0)}
        vendor.requests.clear()
        CASE.api.run("azure_devops")
        assert ("2", "completed") in landed(place, "builds", "status")
        assert ("2", "succeeded") in landed(place, "deployments", "deploymentStatus")
        assert vendor.paths().count(f"{PATH}/release/deployments") == 1
