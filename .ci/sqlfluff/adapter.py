"""What stands in for dbt's `adapter` while sqlfluff reads the models: dispatch to DuckDB's macros."""

from collections.abc import Callable

from jinja2 import pass_context
from jinja2.runtime import Context


@pass_context
def dispatch(context: Context, name: str, package: str = "") -> Callable[..., str]:
    """DuckDB's form of a macro, else the default one."""
    for prefix in ("duckdb", "default"):
        found = context.resolve_or_missing(f"{prefix}__{name}")
        if callable(found):
            return found
    raise NameError(f"no macro {name} for DuckDB in {package or 'this project'}")
