"""Makes one warehouse after the other with one parsed project, and compares what is in them."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from pipelines import config
from tests.conftest import Place

# What tells how a row came here, not what it says.
LINEAGE = ("record_key", "record_keys", "_dlt_load_id", "_dlt_id")
# How deliveries came is what these are about.
ABOUT_CHANNELS = ("fct_reconciliation", "rpt_reconciliation", "rpt_webhook_repositories")
SALT = "the same each time"


@dataclass
class Workshop:
    """Builds without reading the project again; `expected` is what the first warehouse held."""

    place: Place
    patch: pytest.MonkeyPatch
    manifest: Any = None
    made: int = 0
    expected: dict[str, list[str]] = field(default_factory=dict)

    def fresh(self) -> Place:
        """An empty installation in the place of the last one; everybody keeps their hash."""
        shutil.rmtree(self.place.data, ignore_errors=True)
        self.made += 1
        self.patch.setenv("ENGOPS__SALT", SALT)
        return self.place.use(self.patch)

    def dbt(self, *arguments: str) -> Any:
        """A dbt command on this checkout, without reading the project again."""
        folder = str(config.PROJECT)
        where = ("--log-level", "none", "--project-dir", folder, "--profiles-dir", folder)
        done = dbtRunner(manifest=self.manifest).invoke([*arguments, *where])
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        assert done.success, done.exception or [
            f"{result.node.name}: {result.message}"
            for result in done.result
            if result.status in ("error", "fail")
        ]
        return done.result

    def build(self, *select: str) -> None:
        """Build without the tests, all or a part."""
        self.manifest = self.manifest or self.dbt("parse")
        chosen = ("--select", *select) if select else ()
        self.dbt("build", "--exclude-resource-type", "test", "unit_test", *chosen)

    def contents(
        self, schema: str, tables: Iterable[str] = (), without: Iterable[str] = ()
    ) -> dict[str, list[str]]:
        """Tables of a schema, row by row, without lineage."""
        where = f"where schema_name = '{schema}' and column_name not in {LINEAGE}"
        columns: dict[str, list[str]] = {}
        for table, column in self.place.rows(
            f"select table_name, column_name from duckdb_columns() {where} order by column_index"
        ):
            columns.setdefault(table, []).append(f'"{column}"')
        chosen = set(tables) or set(columns) - set(without)
        return {
            table: sorted(
                map(repr, self.place.rows(f"select {', '.join(names)} from {schema}.{table}"))
            )
            for table, names in columns.items()
            if table in chosen
        }

    def same(self, made: dict[str, list[str]]) -> None:
        """Fail with the rows that differ from what is expected."""
        assert not differing(self.expected, made)


def differing(
    expected: dict[str, list[str]], made: dict[str, list[str]]
) -> dict[str, tuple[list[str], list[str]]]:
    """Of each table that differs, two rows that are missing and two that should not be there."""
    return {
        table: (
            sorted(set(rows) - set(made[table]))[:2],
            sorted(set(made[table]) - set(rows))[:2],
        )
        for table, rows in expected.items()
        if rows != made[table]
    }
