"""Killed at points and at random: what was acknowledged is there, once; `make torture` kills far more."""

from pathlib import Path

import pytest

from tests.torture.harness import Harness
from tests.torture.points import POINTS

# Of the points in a build one, since each costs a build; none in a report, since each costs a whole one.
BUILD = "model committed, the next not begun"


@pytest.mark.slow
def test_kills_lose_nothing_double_nothing_and_change_nothing(tmp_path: Path) -> None:
    points = [
        point for point in POINTS if point.command not in ("build", "report") or point.name == BUILD
    ]
    result = Harness(tmp_path, points, kills=3, seed=1, size=(2, 2)).run()
    result.check()
    assert result.points.total() == len(points)
    assert result.kills.total() == 3
    assert result.acknowledged and result.opened and result.behind
