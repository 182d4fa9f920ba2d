"""What GitLab calls differently from one version to the next."""

from dataclasses import replace

import pytest

from tests.conftest import Place
from tests.sources.gitlab import CASE
from tests.vendor_server import Route, status

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("version", "name"),
    [("19.2.1-ee", "bridges"), ("20.0.0-pre", "trigger_jobs"), (None, "bridges")],
)
def test_trigger_jobs_are_asked_for_by_the_name_that_this_version_knows(
    place: Place, monkeypatch: pytest.MonkeyPatch, version: str | None, name: str
) -> None:
    assert CASE.api
    routes = {
        path.replace("/bridges", f"/{name}"): route for path, route in CASE.api.routes().items()
    }
    api = replace(CASE.api, routes=lambda: routes | {"/version": Route({"version": version})})
    with api.serving("gitlab", monkeypatch) as vendor:
        if version is None:
            vendor.fault("/version", status(403), times=99)
        summary = api.run("gitlab")
        assert summary.notes == ()
        assert summary.rows["trigger_jobs"] == 5
