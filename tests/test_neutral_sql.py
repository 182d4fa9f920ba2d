"""One SQL for DuckDB and Spark: what only one of them knows stands in `macros/`, and nowhere else."""

import re
from pathlib import Path

import pytest
import sqlglot

from tests.conftest import PROJECT, Place

# Spellings that only DuckDB knows, or that the two understand differently.
FOREIGN = re.compile(
    r"\bexclude\s*\(|::|\bstring_agg\(|\blist_(?!of|size|plus|has|unique|text|sorted)\w+\(|\bstrftime\(|\bregexp_(?!extract\()\w+\("
    r"|\bjson_(?!at|member|text|texts|list|fields|size)\w+\(|\bunnest\(|\bgenerate_series\(|(?<![\w.])range\(|\blambda\b|->"
    r"|\[\]|\blist\(|\blen\(|\bepoch\w*\(|\barg_(min|max)\(|\basof\b|\bquantile\w*\(|\bat time zone\b|\bgetvariable\("
    r"|\bsafe_cast\b|\bdatediff\(|\bdate_diff\(|\bisodow\b",
    re.IGNORECASE,
)


def test_models_leave_dialects_to_macros() -> None:
    found = []
    for path in sorted((PROJECT / "models").rglob("*.sql")):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            code = re.sub(r"{%.*?%}|--.*|'[^']*'", "", line)
            if match := FOREIGN.search(code):
                found.append(f"{path.relative_to(PROJECT)}:{number}: {match[0]} in {line.strip()}")
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_compiled_models_parse_as_spark_sql(empty_warehouse: Place) -> None:
    """The shape of every statement is Spark's too; the functions that macros choose for DuckDB are taken as calls."""
    found = []
    compiled = empty_warehouse.target / "compiled" / "engops" / "models"
    paths = [path for path in sorted(compiled.rglob("*.sql")) if ".yml" not in path.as_posix()]
    assert paths
    for path in paths:
        sql = re.sub(r"\blambda (\w+):", r"\1 ->", path.read_text())
        try:
            sqlglot.parse_one(sql, read="spark")
        except sqlglot.errors.ParseError as error:
            found.append(f"{Path(path).name}: {str(error).splitlines()[0]}")
    assert not found, "\n".join(found)
