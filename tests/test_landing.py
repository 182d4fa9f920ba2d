"""The raw contract stands in two places, for dlt and for dbt: they must say the same."""

from typing import Any

from pipelines import landing
from tests.conftest import Place

COLUMNS = """
    select column_name, data_type, is_nullable from duckdb_columns()
    where schema_name = 'raw_git' and table_name = 'commits' order by column_index
"""


def test_a_raw_table_is_the_same_whether_a_load_or_a_build_made_it(
    empty_warehouse: Place, place: Place
) -> None:
    landing.prepare("git", ["commits"])
    loaded: list[tuple[Any, ...]] = place.rows(COLUMNS)
    assert [name for name, _, _ in loaded] == [
        "record_key", "channel", "event", "received_at", "payload", "_dlt_load_id", "_dlt_id",
    ]  # fmt: skip
    assert empty_warehouse.rows(COLUMNS) == loaded
