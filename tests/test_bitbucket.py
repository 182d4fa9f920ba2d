"""What Bitbucket is asked to find out whether it can be reached: Atlassian has removed every list across workspaces."""

from dataclasses import replace
from typing import Any

import pytest

from pipelines.bitbucket import reach
from tests.conftest import Place
from tests.sources.bitbucket import CASE
from tests.vendor_server import Route


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ({"repositories": ["acme/shop"], "workspaces": ["acme"]}, "/repositories/acme/shop"),
        ({"workspaces": ["acme"]}, "/repositories/acme"),
    ],
)
def test_what_is_named_first_is_asked_for(
    place: Place, monkeypatch: pytest.MonkeyPatch, named: dict[str, Any], path: str
) -> None:
    assert CASE.api
    api = replace(
        CASE.api,
        settings={"token": "token-of-the-test", **named},
        routes=lambda: {path: Route({"values": []})},
    )
    with api.serving("bitbucket", monkeypatch) as vendor:
        reach()
        assert vendor.paths() == [path]
