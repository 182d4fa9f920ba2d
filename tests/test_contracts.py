"""What staging owes the event model: macros/contract.sql against what was built."""

import re
from typing import Any

import pytest

from tests import contract as owed
from tests.conftest import PROJECT, Place

TYPES = {
    "text": "VARCHAR",
    "flag": "BOOLEAN",
    "time": "TIMESTAMP",
    "count": "BIGINT",
    "number": "DOUBLE",
    "texts": "VARCHAR[]",
}
LINEAGE = "record_key text, _dlt_load_id text"


def contract() -> dict[str, list[tuple[str, str]]]:
    """The columns of each entity with their types, as macros/contract.sql says."""
    text = (PROJECT / "macros" / "contract.sql").read_text()
    block = text.split("{%- set contract -%}")[1].split("{%- endset -%}")[0]
    entities = {}
    for line in block.split(";"):
        name, colon, words = line.partition(":")
        if colon:
            columns = dict(re.findall(r"(\w+) (\w+)", f"{words}, {LINEAGE}"))
            entities[name.strip()] = [(column, TYPES[word]) for column, word in columns.items()]
    return entities


def staged(manifest: dict[str, Any]) -> dict[str, str]:
    """The entity of each staging model that tells one."""
    found = {}
    for key, node in manifest["nodes"].items():
        match = re.fullmatch(r"stg_[a-z_]+?__(\w+)", node["name"])
        if node["resource_type"] == "model" and match and match[1] in contract():
            found[key] = match[1]
    return found


@pytest.mark.slow
def test_every_staging_model_has_the_columns_of_its_entity(
    empty_warehouse: Place, manifest: dict[str, Any]
) -> None:
    built: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in empty_warehouse.rows(
        """select table_name, column_name, data_type from duckdb_columns()
        where schema_name = 'staging' order by table_name, column_index"""
    ):
        built.setdefault(table, []).append((column, kind))
    entities = staged(manifest)
    assert entities
    wrong = []
    for key, entity in entities.items():
        name, due = key.split(".")[-1], contract()[entity]
        has = built.get(name, [])
        wrong += [f"{name} lacks {c} {k}" for c, k in due if (c, k) not in has]
        wrong += [f"{name} has {c} {k}" for c, k in has if (c, k) not in due]
        if sorted(has) == sorted(due) and has != due:
            order = ", ".join(column for column, _ in due)
            wrong.append(f"{name} has the columns in another order than {order}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_every_staging_model_of_an_entity_is_in_its_union(manifest: dict[str, Any]) -> None:
    forgotten = [
        key
        for key in staged(manifest)
        if not any(
            manifest["nodes"][child]["path"].startswith("intermediate/")
            for child in manifest["child_map"][key]
            if child.startswith("model.")
        )
    ]
    assert not forgotten, "\n".join(forgotten)


def test_unions_and_tests_know_one_contract() -> None:
    told = {name: [(c.name, c.type) for c in owed.columns(name)] for name in owed.ENTITIES}
    assert {name: columns for name, columns in contract().items() if name in told} == told


def test_every_column_of_the_contract_is_described() -> None:
    """Under a name that a source's YAML can guess: `col_`, the column."""
    blocks = "".join(
        path.read_text()
        for path in (PROJECT / "models" / "docs.md", PROJECT / "models" / "staging" / "docs.md")
    )
    described = set(re.findall(r"{% docs col_(\w+) %}", blocks))
    columns = {column.lstrip("_") for due in contract().values() for column, _ in due}
    assert columns - described == set()
