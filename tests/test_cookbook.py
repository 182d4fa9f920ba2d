"""The queries of docs/metrics.md run on what a build publishes, as they are printed."""

import re

import duckdb
import pytest

from tests.conftest import PROJECT

QUERIES = re.findall(
    r"```sql\n(.*?)```", (PROJECT / "docs" / "metrics.md").read_text(encoding="utf-8"), re.DOTALL
)


def test_the_cookbook_has_its_recipes():
    assert len(QUERIES) >= 10


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(QUERIES)))
def test_recipe_runs(empty_warehouse, number):
    with duckdb.connect(str(empty_warehouse.published), read_only=True) as connection:
        assert connection.execute(QUERIES[number]).description
