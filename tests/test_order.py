"""Order does not matter: the same deliveries, shuffled, repeated and split between builds, give the same marts."""

import json
import os
import random
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from pipelines import demo, git, github, seeds, warehouse
from tests.conftest import Place

# What tells how a row came here, not what it says.
LINEAGE = ("record_key", "record_keys", "_dlt_load_id", "_dlt_id")


def contents(place: Place) -> dict[str, list[str]]:
    """Every mart, row by row, without lineage."""
    tables = [
        name
        for (name,) in place.rows(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        )
    ]
    made: dict[str, list[str]] = {}
    for table in tables:
        columns = [
            f'"{name}"'
            for (name,) in place.rows(
                "select column_name from duckdb_columns() where schema_name = 'marts'"
                f" and table_name = '{table}' order by column_index"
            )
            if name not in LINEAGE
        ]
        made[table] = sorted(
            map(repr, place.rows(f"select {', '.join(columns)} from marts.{table}"))
        )
    return made


def build() -> None:
    """A whole build without the tests, which the demo warehouse has run."""
    built = warehouse.build("--exclude-resource-type", "test", "unit_test")
    assert built.ok, [str(failure) for failure in built.failures] or built.error


@pytest.mark.slow
def test_shuffled_repeated_and_split_deliveries_give_the_same_marts(place: Place) -> None:
    generated = place.folder / "generated"
    demo.generate(generated, weeks=8, services=6, slim=True)
    about = json.loads((generated / demo.MARK).read_text())
    span = {key: datetime.fromisoformat(about[key]) for key in ("complete_from", "complete_until")}
    os.environ["ENGOPS_SEEDS"] = str(generated / "seeds")
    seeds.link()

    demo.land(generated)
    build()
    expected = contents(place)
    assert expected["fct_changes"] and expected["fct_deployments"] and expected["fct_incidents"]
    shutil.rmtree(place.data)
    place.data.mkdir()

    deliveries = [
        line
        for file in sorted((generated / "github").glob("*.jsonl"))
        for line in file.read_text().splitlines()
    ]
    dice = random.Random(7)
    dice.shuffle(deliveries)
    repeated = dice.sample(deliveries, len(deliveries) // 4)
    half = len(deliveries) // 2
    for part, lines in enumerate([deliveries[:half] + repeated, deliveries[half:] + repeated]):
        folder: Path = place.folder / f"part{part}"
        folder.mkdir()
        (folder / "deliveries.jsonl").write_text("\n".join(lines) + "\n")
        github.load_webhooks(folder, **span)
        build()
    for repository in sorted((generated / "repositories").iterdir()):
        git.load(repository)
        git.load(repository)
    build()

    made = contents(place)
    differing = {
        table: (sorted(set(rows) - set(made[table]))[:2], sorted(set(made[table]) - set(rows))[:2])
        for table, rows in expected.items()
        if rows != made[table]
    }
    assert not differing
