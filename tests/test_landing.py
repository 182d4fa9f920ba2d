"""The raw contract stands in two places, for dlt and for dbt: they must say the same."""

from typing import Any

import duckdb
import pytest

from pipelines import config, landing, warehouse
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


def test_what_has_landed_is_not_kept_twice(place: Place) -> None:
    landing.land("github", [landing.entity([pushed(1)], "pushes")])
    loaded = place.data / "dlt" / "github" / "load" / "loaded"
    assert loaded.is_dir()
    assert not list(loaded.rglob("*.parquet"))


@pytest.mark.parametrize("size", [1, 4096])
def test_a_warehouse_that_a_full_disk_left_without_content_is_made_anew(
    place: Place, size: int
) -> None:
    config.warehouse_path().write_bytes(bytes(size))
    with (
        pytest.raises(landing.LoadError, match=r"cannot be opened.*engops load"),
        warehouse.reading(),
    ):
        pass
    with warehouse.writing("load"):
        landing.land("github", [landing.entity([pushed(1)], "pushes")])
    assert place.rows("select count(*) from raw_github.pushes") == [(1,)]


def pushed(number: int) -> landing.Record:
    """A push that a webhook told."""
    body = {
        "ref": "refs/heads/main",
        "after": f"{number:040}",
        "repository": {"id": 1},
        "commits": [{"id": f"{number:040}"}],
    }
    return landing.Record(f"d-{number}", "webhook", "push", landing.now(), landing.dumps(body))


def keys_of_staging(place: Place) -> list[str]:
    """Build the pushes and their commits, and tell which of them are there."""
    built = warehouse.build(select="base_github__pushes base_github__push_commits")
    assert built.ok, [str(failure) for failure in built.failures] or built.error
    pushes, commits = (
        [key for (key,) in place.rows(f"select record_key from staging.{table} order by all")]
        for table in ("base_github__pushes", "base_github__push_commits")
    )
    assert commits == pushes
    return pushes


@pytest.mark.slow
def test_a_clock_that_jumps_back_hides_no_load(place: Place) -> None:
    landing.land("github", [landing.entity([pushed(1)], "pushes")])
    with duckdb.connect(str(config.warehouse_path())) as connection:
        # as if the clock had been a month ahead
        for table in ("pushes", "_dlt_loads"):
            column = "load_id" if table == "_dlt_loads" else "_dlt_load_id"
            connection.execute(
                f"update raw_github.{table} set {column} = cast(cast({column} as double) + 2678400 as varchar)"
            )
        connection.execute(
            "update raw_github._dlt_loads set inserted_at = inserted_at + interval 31 day"
        )
    assert keys_of_staging(place) == ["d-1"]
    with warehouse.reading() as connection:
        assert not warehouse.is_behind(connection)

    landing.land("github", [landing.entity([pushed(2), pushed(2)], "pushes")])
    with warehouse.reading() as connection:
        assert warehouse.is_behind(connection)
    assert keys_of_staging(place) == ["d-1", "d-2"]
    # a load that was cut goes on under its id
    with duckdb.connect(str(config.warehouse_path())) as connection:
        connection.execute(
            "insert into raw_github.pushes select * replace ('d-3' as record_key, 'x' as _dlt_id)"
            " from raw_github.pushes where record_key = 'd-1'"
        )
    assert keys_of_staging(place) == ["d-1", "d-2", "d-3"]
