"""dbt-duckdb plugin: gives SQL the salt of hashed identities without compiling or logging it."""

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from pipelines import config


class Plugin(BasePlugin):
    """Sets the session variable `engops_salt` on every cursor that dbt opens."""

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Set the variable; DuckDB's cursors do not inherit it."""
        cursor.execute("set variable engops_salt = ?", [config.salt()])
