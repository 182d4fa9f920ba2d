"""The shape of the project: README's tree is the disk, layers read one way, everything is described."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.conftest import PROJECT, Place

# Top level, and nothing else at the top.
TOP = {
    ".ci",
    ".dlt",
    ".editorconfig",
    ".gitattributes",
    ".gitignore",
    ".pre-commit-config.yaml",
    ".sqlfluff",
    ".sqlfluffignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "DECISIONS.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "benchmarks",
    "data",
    "dbt_project.yml",
    "docs",
    "macros",
    "models",
    "pipelines",
    "profiles.yml",
    "pyproject.toml",
    "reports",
    "requirements.lock",
    "seeds",
    "tests",
}
LAYERS = (
    "staging",
    "intermediate",
    "marts/core",
    "marts/metrics",
    "marts/values",
    "marts/reporting",
)
# What each layer may read: the one above it in the picture, and its own.
MAY_READ = {
    "raw": set(),
    "seeds": set(),
    "staging": {"raw", "seeds", "staging"},
    "intermediate": {"staging", "seeds", "intermediate"},
    "marts/core": {"intermediate", "seeds", "marts/core"},
    "marts/metrics": {"marts/core", "marts/metrics"},
    "marts/values": {"marts/metrics", "marts/core", "seeds", "marts/values"},
    "marts/reporting": {"marts/values", "marts/metrics", "marts/core", "seeds", "marts/reporting"},
}
MACHINERY = {"demo", "quarantine", "rest", "webhooks"}
# The line of README's tree that stands for every source whose deliveries are landed and not yet modelled.
LANDED = "pipelines/<source>"


def tracked() -> list[str]:
    """Every file that git keeps, or would keep once added."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
    )
    return [name for name in listed.stdout.splitlines() if (PROJECT / name).is_file()]


def tree_of_readme() -> dict[str, str]:
    """Each path of README's tree with the words beside it."""
    block = re.search(r"```text\nengops/\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL)
    assert block, "README.md has no tree: a block ```text that begins with engops/"
    paths: dict[str, str] = {}
    parents: list[str] = []
    for line in block[1].splitlines():
        match = re.match(r"^((?:│   |    )*)(?:├── |└── )(\S+)\s*(.*)$", line)
        assert match, f"a line of README's tree is none: {line!r}"
        depth = len(match[1]) // 4
        parents = [*parents[:depth], match[2].rstrip("/")]
        paths["/".join(parents)] = match[3]
    return paths


def sources() -> list[str]:
    """The names of the sources: a folder in `pipelines/` each."""
    return sorted(
        folder.name
        for folder in (PROJECT / "pipelines").iterdir()
        if (folder / "__init__.py").exists() and folder.name not in MACHINERY
    )


def landed() -> list[str]:
    """The sources that are their webhooks alone: landed, and not yet modelled."""
    return [
        source
        for source in sources()
        if {path.name for path in (PROJECT / "pipelines" / source).glob("*.py")}
        == {"__init__.py", "webhook.py"}
    ]


def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The models of this project."""
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def layer_of(node: dict[str, Any]) -> str:
    """The layer that a node belongs to."""
    if node["resource_type"] == "source":
        return "raw"
    if node["resource_type"] == "seed":
        return "seeds"
    folder = Path(node["path"]).parent.as_posix()
    return next(
        (layer for layer in LAYERS if folder == layer or folder.startswith(f"{layer}/")), folder
    )


def test_nothing_else_lies_at_the_top() -> None:
    assert {name.split("/")[0] for name in tracked()} <= TOP


def test_every_line_of_the_tree_is_on_disk() -> None:
    missing = [path for path in tree_of_readme() if not (PROJECT / path).exists()]
    assert set(missing) <= ({LANDED} if landed() else set()), "\n".join(missing)


def test_every_line_of_the_tree_says_what_it_holds() -> None:
    assert [path for path, words in tree_of_readme().items() if not words] == []


def test_everything_on_disk_has_its_line_in_the_tree() -> None:
    tree = tree_of_readme()
    files = tracked()
    folders = {name.split("/")[0] for name in files if "/" in name}
    for parent in ("pipelines", "models", "models/marts", "seeds"):
        depth = parent.count("/") + 1
        folders |= {
            "/".join(name.split("/")[: depth + 1])
            for name in files
            if name.startswith(f"{parent}/") and name.count("/") > depth
        }
    quiet = {"data", ".ci", ".dlt"}
    if LANDED in tree:
        quiet |= {f"pipelines/{source}" for source in landed()}
    assert sorted(folders - set(tree) - quiet) == []


def test_every_model_has_its_own_description_file() -> None:
    sql = {Path(name) for name in tracked() if name.startswith("models/") and name.endswith(".sql")}
    assert [
        str(path) for path in sorted(sql) if not (PROJECT / path.with_suffix(".yml")).exists()
    ] == []


def test_every_source_has_its_three_folders() -> None:
    modelled = set(sources()) - set(landed())
    assert modelled
    for source in modelled:
        assert (PROJECT / "models" / "staging" / source).is_dir(), f"models/staging/{source}"
        assert (PROJECT / "models" / "staging" / source / f"_{source}__sources.yml").exists()


def test_every_webhook_is_described_for_its_users() -> None:
    """Where to click and what happens when we are down: a row in each of the page's tables."""
    page = (PROJECT / "docs" / "sources" / "webhooks.md").read_text()
    told = sorted(path.parent.name for path in (PROJECT / "pipelines").glob("*/webhook.py"))
    for heading in ("Where to click", "When we are slow or down"):
        section = page.split(f"## {heading}\n")[1].split("\n## ")[0]
        cells = re.findall(r"^\| (`[^|]*`) \|", section, re.MULTILINE)
        rows = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
        needed = set(told) - ({"cdevents", "generic"} if "down" in heading else set())
        assert needed <= set(rows), f"{heading}: {sorted(needed - set(rows))}"
        assert set(rows) <= set(told), f"{heading}: {sorted(set(rows) - set(told))}"


def test_vendor_names_stay_in_their_folders() -> None:
    """A vendor's name stands in its folders, in union lines, and where people read it."""
    allowed = re.compile(
        r"ref\('(stg|base)_\w+__\w+'\)|for source in \[[^]]*\]|union_of\('\w+', \[[^]]*\]|^ +('\w+',? ?)+$|github\.com/"
        # a library and a text format, which are called after one
        r"|prometheus_client|for Prometheus|Prometheus' text format"
        # a field of one tool's payload that speaks of another tool
        r"|\"[$@]\.[\w.]+ "
    )
    vendors = sorted(set(sources()) - {"git"})
    found = []
    for name in tracked():
        path = Path(name)
        if path.parts[0] not in {"models", "macros", "pipelines"}:
            continue
        if path.suffix not in {".sql", ".py"} or name.startswith("pipelines/demo/"):
            continue
        own = set(path.parts[:-1])
        for number, line in enumerate((PROJECT / name).read_text().splitlines(), start=1):
            left = allowed.sub("", line).lower()
            if any(vendor in left for vendor in vendors if vendor not in own):
                found.append(f"{name}:{number}: {line.strip()}")
    assert not found, "\n".join(found)


def test_no_registry_and_no_machine_is_named() -> None:
    """Locks and texts name no mirror, and nothing names a folder of somebody's machine."""
    address = re.compile(
        r"https?://[^\s\"'<>)]*?(\.whl|\.tgz|\.tar\.gz|/simple)(?=[\"'#/\s)]|$)"
        r"|--(extra-)?index-url|--find-links|(?<![\w.])/(home|root|Users)/\w"
    )
    found = []
    for name in tracked():
        if name == "tests/test_layout.py" or (PROJECT / name).suffix in {
            ".png",
            ".woff2",
            ".ico",
            ".arrow",
        }:
            continue
        text = (PROJECT / name).read_text(errors="replace")
        found += [f"{name}: {match[0]}" for match in address.finditer(text)]
    assert not found, "\n".join(found)


def test_the_lock_is_hashed_and_covers_what_the_project_asks_for() -> None:
    lock = (PROJECT / "requirements.lock").read_text()
    pinned = {
        match[1] for match in re.finditer(r"^([a-z0-9._-]+)(?:\[[\w,-]+\])?==", lock, re.MULTILINE)
    }
    hashed = lock.count("==") <= lock.count("--hash=")
    assert hashed
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=!~;\s]", line)[0].lower().replace("_", "-") for line in asked}
    assert names <= pinned


def test_workflows_and_hooks_run_the_commands_of_the_makefile() -> None:
    hooks = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    makefile = (PROJECT / "Makefile").read_text()
    for tool in ("ruff format --check", "ruff check", "mypy", "sqlfluff lint"):
        assert tool in makefile
        assert any(tool in hook["entry"] for hook in hooks)
    assert "make test" in (PROJECT / ".ci" / "run").read_text()


@pytest.mark.slow
def test_layers_read_one_way(manifest: dict[str, Any]) -> None:
    nodes = {**manifest["nodes"], **manifest["sources"]}
    wrong = []
    for model in models(manifest):
        layer = layer_of(model)
        for parent in model["depends_on"]["nodes"]:
            if layer_of(nodes[parent]) not in MAY_READ.get(layer, set()):
                wrong.append(f"{model['path']} ({layer}) reads {nodes[parent]['path']}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_everything_is_described(empty_warehouse: Place, manifest: dict[str, Any]) -> None:
    columns = {
        (schema, table, column)
        for schema, table, column in empty_warehouse.rows(
            "select schema_name, table_name, column_name from duckdb_columns() where not internal"
        )
    }
    undescribed = []
    for node in manifest["nodes"].values():
        if node["resource_type"] not in {"model", "seed"}:
            continue
        if not node["description"]:
            undescribed.append(node["name"])
        described = {
            column["name"].lower()
            for column in node["columns"].values()
            if column["description"].strip()
        }
        built = {
            column.lower()
            for schema, table, column in columns
            if (schema, table) == (node["schema"], node["alias"])
        }
        undescribed += [f"{node['name']}.{column}" for column in sorted(built - described)]
        undescribed += [
            f"{node['name']}.{column} is described but not there"
            for column in sorted(described - built)
        ]
    assert not undescribed, "\n".join(undescribed)


@pytest.mark.slow
def test_every_model_and_seed_has_a_test(manifest: dict[str, Any]) -> None:
    tested = {
        parent
        for node in (*manifest["nodes"].values(), *manifest["unit_tests"].values())
        if node["resource_type"] in {"test", "unit_test"}
        for parent in node["depends_on"]["nodes"]
    }
    untested = [
        node["name"]
        for key, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed"} and key not in tested
    ]
    assert not untested, "\n".join(untested)


@pytest.mark.slow
def test_every_exposure_has_an_owner(manifest: dict[str, Any]) -> None:
    assert manifest["exposures"]
    for exposure in manifest["exposures"].values():
        assert exposure["owner"].get("name") or exposure["owner"].get("email"), exposure["name"]
        assert exposure["description"], exposure["name"]
        assert exposure["depends_on"]["nodes"], exposure["name"]


@pytest.mark.slow
def test_no_wall_clock_in_sql(empty_warehouse: Place) -> None:
    compiled = empty_warehouse.target / "compiled" / "engops" / "models"
    clock = re.compile(
        r"\b(current_timestamp|current_date|now\(\)|get_current_timestamp|today\(\))", re.IGNORECASE
    )
    found = [
        path.name
        for path in sorted(compiled.rglob("*.sql"))
        if clock.search(re.sub(r"--.*", "", path.read_text()))
    ]
    assert not found, "\n".join(found)


def test_model_files_stay_small() -> None:
    long = [
        name
        for name in tracked()
        if name.startswith("models/")
        and len((PROJECT / name).read_text().splitlines()) > (120 if name.endswith(".sql") else 400)
    ]
    assert not long, "\n".join(long)


@pytest.mark.slow
def test_every_query_of_the_docs_runs(demo_warehouse: Place) -> None:
    """On the published database, as an analyst would run it."""
    broken = []
    for path in [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]:
        for sql in re.findall(r"```sql\n(.*?)```", path.read_text(), re.DOTALL):
            try:
                with duckdb.connect(str(demo_warehouse.published), read_only=True) as connection:
                    connection.execute("use marts")
                    connection.execute(sql)
            except duckdb.Error as error:
                broken.append(f"{path.relative_to(PROJECT)}: {error}\n{sql}")
    assert not broken, "\n".join(broken)


@pytest.mark.slow
def test_the_query_of_the_readme_finds_something(demo_warehouse: Place) -> None:
    sql = re.findall(r"```sql\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL)
    assert sql
    for query in sql:
        assert demo_warehouse.rows(query, published=True)


def test_sql_has_one_layout() -> None:
    """`with name as (` at the margin, no blank line inside a CTE, conditions beside their `on` and `where`."""
    found = []
    for name in (name for name in tracked() if name.startswith(("models/", "tests/data/"))):
        if not name.endswith(".sql"):
            continue
        inside = False
        for number, line in enumerate((PROJECT / name).read_text().splitlines(), start=1):
            if re.fullmatch(r"(with (recursive )?)?\w+ as \(", line):
                inside = True
            elif line in {")", "),"}:
                inside = False
            alone = line.strip() in {"with", "on", "where"}
            indented = re.fullmatch(r"\s+\w+ as \(", line) and not inside
            if alone or indented or (inside and not line.strip()):
                found.append(f"{name}:{number}: {line!r}")
    assert not found, "\n".join(found)
