"""What tests share: folders of their own, and warehouses that are built once a session.

No test touches `data/` or `target/` of the checkout, and none reads the machine's own `.dlt` configuration.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

PROJECT = Path(__file__).resolve().parent.parent

# Before anything of the project is imported: nothing of the machine's own configuration enters a test.
for name in ("ENGOPS_DATA", "ENGOPS_SEEDS", "DBT_TARGET_PATH", "DBT_LOG_PATH"):
    os.environ.pop(name, None)
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

from pipelines import seeds, warehouse  # noqa: E402


@dataclass(frozen=True)
class Place:
    """The folders of one installation: data, dbt's target and log."""

    folder: Path

    @property
    def data(self) -> Path:
        """`ENGOPS_DATA`."""
        return self.folder / "data"

    @property
    def target(self) -> Path:
        """dbt's results."""
        return self.folder / "target"

    @property
    def published(self) -> Path:
        """What readers open."""
        return self.data / "published" / "engops.duckdb"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make a process use these folders."""
        return {
            "ENGOPS_DATA": str(self.data),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.folder / "logs"),
        }

    def use(self, patch: pytest.MonkeyPatch) -> "Place":
        """Make this process use these folders."""
        self.data.mkdir(parents=True, exist_ok=True)
        for name, value in self.environment.items():
            patch.setenv(name, value)
        return self

    def rows(self, sql: str, *, published: bool = False) -> list[tuple[Any, ...]]:
        """The rows of a query on the warehouse, or on the published file."""
        path = self.published if published else self.data / "warehouse.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def results(self) -> dict[str, Any]:
        """dbt's run results."""
        return json.loads((self.target / "run_results.json").read_text())


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Each test has an installation of its own, empty."""
    monkeypatch.delenv("ENGOPS_SEEDS", raising=False)
    return Place(tmp_path / "own").use(monkeypatch)


@pytest.fixture
def place(own_folders: Place) -> Place:
    """This test's own, empty installation."""
    return own_folders


def shared(
    name: str, factory: pytest.TempPathFactory, worker: str, make: Callable[[Place], None]
) -> Place:
    """An installation made once a test run, by whichever worker comes first."""
    root = factory.getbasetemp() if worker == "master" else factory.getbasetemp().parent
    made = Place(root / name)
    with FileLock(root / f"{name}.lock"):
        if not (made.folder / "done").exists():
            shutil.rmtree(made.folder, ignore_errors=True)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("ENGOPS_SEEDS", "seeds/company")
                make(made.use(patch))
            (made.folder / "done").touch()
    return made


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Place:
    """A whole build on nothing landed, published. Read it; copy it (`copied`) to change it."""

    def make(place: Place) -> None:
        built = warehouse.build()
        assert built.ok, [str(failure) for failure in built.failures] or built.error
        warehouse.publish()

    return shared("empty", tmp_path_factory, worker_id, make)


@pytest.fixture(scope="session")
def demo_warehouse(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Place:
    """The demo organisation, smaller than the command's, landed, built and published.

    Its payloads, seeds and truth lie in `folder / "generated"`. Read it; copy it (`copied`) to change it.
    """
    from pipelines import demo

    def make(place: Place) -> None:
        generated = place.folder / "generated"
        demo.generate(generated, weeks=12, services=6, slim=True)
        demo.land(generated)
        os.environ["ENGOPS_SEEDS"] = str(generated / "seeds")
        seeds.link()
        built = warehouse.build()
        assert built.ok, [str(failure) for failure in built.failures] or built.error
        warehouse.publish()

    return shared("demo", tmp_path_factory, worker_id, make)


@pytest.fixture
def copied(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Place], Place]]:
    """A function that copies a shared installation into this test's own folders, to be changed freely."""

    def copy(origin: Place) -> Place:
        shutil.copytree(origin.folder, place.folder, dirs_exist_ok=True)
        return place.use(monkeypatch)

    yield copy


@pytest.fixture(scope="session")
def manifest(empty_warehouse: Place) -> dict[str, Any]:
    """dbt's manifest of the whole project."""
    return json.loads((empty_warehouse.target / "manifest.json").read_text())
