"""Publishing: only a whole, passed build of this very warehouse, swapped in as one, under no reader's feet."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipelines import config, warehouse
from pipelines.cli import TESTS, app
from pipelines.landing import BusyError
from tests.conftest import PROJECT, Place

pytestmark = pytest.mark.slow
Copy = Callable[[Place], Place]

OLD_READER = """
import duckdb, sys
tables = duckdb.connect(sys.argv[1], read_only=True).execute("from duckdb_tables()").fetchall()
print(duckdb.__version__, len(tables))
"""
READER = """
import duckdb, sys
reader = duckdb.connect(sys.argv[1], read_only=True)
print(reader.execute("select mark from marts.marker").fetchone()[0], flush=True)
sys.stdin.readline()
# the second read opens pages that the first has not touched
print(reader.execute("select count(*) from marts.big").fetchone()[0], flush=True)
print(reader.execute("select mark from marts.marker").fetchone()[0], flush=True)
"""


def edit_results(place: Place, change: Callable[[dict], None]) -> None:
    """Change dbt's run results on disk."""
    results = place.results()
    change(results)
    (place.target / "run_results.json").write_text(json.dumps(results))


def refused(match: str) -> None:
    """Publishing is refused with these words, and the published file keeps its bytes."""
    before = config.published_path().read_bytes()
    with pytest.raises(warehouse.RefusedError, match=match):
        warehouse.publish()
    assert config.published_path().read_bytes() == before


def test_published_file_has_the_marts_alone(empty_warehouse: Place, manifest: dict) -> None:
    rows = empty_warehouse.rows(
        "select schema_name, table_name from duckdb_tables() where not internal", published=True
    )
    marts = {
        node["alias"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }
    assert {schema for schema, _ in rows} <= {"marts"}
    assert {table for _, table in rows} == marts
    assert not empty_warehouse.rows(
        "select * from duckdb_views() where not internal", published=True
    )


def test_published_columns_carry_their_descriptions(empty_warehouse: Place) -> None:
    undescribed = empty_warehouse.rows(
        "select table_name, column_name from duckdb_columns() "
        "where not internal and coalesce(comment, '') = ''",
        published=True,
    )
    assert undescribed == []


def test_published_file_is_read_only_and_in_the_old_format(empty_warehouse: Place) -> None:
    assert empty_warehouse.published.stat().st_mode & 0o222 == 0
    with duckdb.connect(str(empty_warehouse.published), read_only=True) as connection:
        tags = connection.execute(
            "select tags['storage_version'] from duckdb_databases() where database_name = 'engops'"
        ).fetchone()
    assert tags[0].startswith("v1.4.0")


def test_a_second_publish_gives_the_same_content(empty_warehouse: Place, copied: Copy) -> None:
    place = copied(empty_warehouse)
    count = "select count(*) from duckdb_tables() where not internal"
    before = place.rows(count, published=True)
    warehouse.publish()
    assert place.rows(count, published=True) == before


def test_a_failed_test_is_refused_by_name(empty_warehouse: Place, copied: Copy) -> None:
    place = copied(empty_warehouse)

    def fail(results: dict) -> None:
        row = next(row for row in results["results"] if row["unique_id"].startswith("test."))
        row.update(status="fail", message="Got 3 results, configured to fail if != 0")

    edit_results(place, fail)
    refused(r"did not pass:\n  test \w+: Got 3 results")


def test_a_skipped_node_is_refused(empty_warehouse: Place, copied: Copy) -> None:
    edit_results(
        copied(empty_warehouse), lambda results: results["results"][-1].update(status="skipped")
    )
    refused("did not pass")


def test_a_part_is_refused(empty_warehouse: Place, copied: Copy) -> None:
    edit_results(copied(empty_warehouse), lambda results: results["results"].pop())
    refused("a part: 1 of")


def test_another_command_is_refused(empty_warehouse: Place, copied: Copy) -> None:
    edit_results(copied(empty_warehouse), lambda results: results["args"].update(which="run"))
    refused("`dbt run`")


def test_results_of_another_warehouse_are_refused(empty_warehouse: Place, copied: Copy) -> None:
    edit_results(
        copied(empty_warehouse), lambda results: results["metadata"].update(invocation_id="other")
    )
    refused("not those of the last run")


def test_a_load_after_the_build_is_refused(empty_warehouse: Place, copied: Copy) -> None:
    place = copied(empty_warehouse)
    with duckdb.connect(
        str(place.data / "warehouse.duckdb"), config={"storage_compatibility_version": "v1.4.0"}
    ) as connection:
        connection.execute("create schema if not exists raw_late")
        connection.execute(
            "create table raw_late._dlt_loads as select now() as inserted_at, '1' as load_id"
        )
    refused("something landed after the build began")


def test_no_results_are_refused(empty_warehouse: Place, copied: Copy) -> None:
    place = copied(empty_warehouse)
    (place.target / "run_results.json").unlink()
    refused("run `engops build`")


def test_cut_results_are_refused(empty_warehouse: Place, copied: Copy) -> None:
    (copied(empty_warehouse).target / "run_results.json").write_text('{"args":')
    refused("cut off")


def test_a_build_that_fails_its_tests_publishes_nothing_and_says_why(
    empty_warehouse: Place, copied: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = copied(empty_warehouse)
    before = place.published.read_bytes()
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    for seed in (PROJECT / "seeds" / "company").glob("*.csv"):
        (seeds / seed.name).write_text(seed.read_text())
    (seeds / "service_owners.csv").write_text(
        "service_key,team_key,valid_from,valid_until\ncheckout,nobody,,\n"
    )
    monkeypatch.setenv("ENGOPS_SEEDS", str(seeds))
    result = CliRunner().invoke(app, ["build"])
    assert result.exit_code == TESTS, result.output
    assert "relationships_service_owners" in result.output
    assert "what was published before stays" in result.output
    assert place.published.read_bytes() == before
    assert (seeds / "service_owners.csv").read_text().endswith("checkout,nobody,,\n")


def test_a_reader_of_the_old_file_is_not_disturbed(empty_warehouse: Place, copied: Copy) -> None:
    place = copied(empty_warehouse)
    place.published.unlink()
    with duckdb.connect(
        str(place.published), config={"storage_compatibility_version": "v1.4.0"}
    ) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.marker as select 'old' as mark")
        connection.execute(
            "create table marts.big as select range as a, md5(range::varchar) as b from range(200000)"
        )
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(place.published)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdin and reader.stdout
    assert reader.stdout.readline().strip() == "old"
    warehouse.publish()
    with duckdb.connect(str(place.published), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
    assert ("marker",) not in tables
    reader.stdin.write("go on\n")
    reader.stdin.flush()
    assert reader.stdout.readline().strip() == "200000"
    assert reader.stdout.readline().strip() == "old"
    assert reader.wait(timeout=30) == 0


def test_leftovers_of_a_killed_publish_are_removed(empty_warehouse: Place, copied: Copy) -> None:
    place = copied(empty_warehouse)
    leftover = place.published.parent / ".engops.1.duckdb"
    leftover.write_bytes(b"half a file")
    place.published.with_name("engops.duckdb.wal").write_bytes(b"somebody's log")
    warehouse.publish()
    assert sorted(file.name for file in place.published.parent.iterdir()) == ["engops.duckdb"]
    assert place.rows("select 1", published=True)


def test_the_lock_says_who_holds_it(place: Place) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from pipelines import warehouse\nimport sys\n"
            "with warehouse.writing('load'):\n print('held', flush=True)\n sys.stdin.readline()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env=os.environ | place.environment,
    )
    assert holder.stdin and holder.stdout
    assert holder.stdout.readline().strip() == "held"
    with (
        pytest.raises(BusyError, match=rf"process {holder.pid} \(load, since"),
        warehouse.writing("build"),
    ):
        pass
    holder.kill()
    holder.wait()
    time.sleep(0.1)
    with warehouse.writing("build"):
        pass


@pytest.mark.parametrize("version", ["1.4.4", "1.5.5"])
def test_older_duckdb_opens_the_published_file(
    empty_warehouse: Place, tmp_path: Path, version: str
) -> None:
    installed = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",  # and not uv: pip alone reads the machine's own registry and certificates
            "install",
            "-q",
            "--no-deps",
            "--target",
            str(tmp_path / "old"),
            f"duckdb=={version}",
        ],
        capture_output=True,
        text=True,
    )
    assert installed.returncode == 0, installed.stderr
    read = subprocess.run(
        [sys.executable, "-c", OLD_READER, str(empty_warehouse.published)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(tmp_path / "old"), "PATH": os.environ["PATH"]},
    )
    assert read.stdout.startswith(version), read.stderr
