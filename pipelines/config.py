"""Where things are, and dlt's own configuration: there is no other."""

import os
import secrets
from pathlib import Path

import dlt

PROJECT = Path(__file__).resolve().parent.parent

# The users' data stays theirs; dlt reads this before anything else does.
os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")
# Arrow tables get dlt's lineage columns only where asked for.
os.environ.setdefault("NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID", "true")
os.environ.setdefault("NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_ID", "true")
# The files of a finished load are a second copy of what is in the warehouse.
os.environ.setdefault("LOAD__DELETE_COMPLETED_JOBS", "true")
# Payloads name people: what is made here is its owner's alone, unless it is made to be read (`readable`).
os.umask(0o077)


def data_dir() -> Path:
    """The folder of everything that is not code: `ENGOPS_DATA`, or `data/` in the checkout."""
    folder = Path(os.environ.get("ENGOPS_DATA") or PROJECT / "data").absolute()
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)  # others pass through to what is published, and see nothing else
    return folder


def readable(folder: Path) -> None:
    """Let everybody who may enter the data folder read all of a folder."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def warehouse_path() -> Path:
    """The build's own database; readers open `published_path`."""
    return data_dir() / "warehouse.duckdb"


def published_path() -> Path:
    """The database that analysts and reports open, replaced as a whole by `engops publish`."""
    return data_dir() / "published" / "engops.duckdb"


def salt() -> str:
    """The secret that hashed identities carry: `engops.salt` in dlt's secrets, else one made here and kept.

    Changing it makes everybody a new person from then on; `dbt build --full-refresh` hashes the past again.
    """
    configured = dlt.secrets.get("engops.salt", str)
    if configured:
        return configured
    path = data_dir() / "salt"
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        try:
            os.link(draft, path)  # two builds that start at once agree on one salt
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
