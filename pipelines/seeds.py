"""What a company says about itself: where its seeds lie, and what has landed that they do not mention yet."""

import csv
import hashlib
import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from pipelines import config

SHIPPED = config.PROJECT / "seeds" / "company"
REFERENCE = config.PROJECT / "seeds" / "reference"

VERSION = r"v?\d+(\.\d+)+"
DEPLOYS = re.compile(r"(?i)\b(deploy\w*|release|publish|ship|rollout|promote)\b")
INCIDENT = re.compile(r"(?i)(incident|outage|sev[-_: ]?\d|p[01]|severity[-_:/ ].*)")


class SeedError(Exception):
    """The company's seeds cannot be used as they are; the text says which and what to do."""


class Proposal(NamedTuple):
    """One row that a company may want to add to a seed, and why."""

    seed: str
    row: dict[str, str]
    why: str


def folder() -> Path:
    """The folder of the company's seeds: `ENGOPS_SEEDS`, or `seeds/company/` in the checkout."""
    given = os.environ.get("ENGOPS_SEEDS")
    return (config.PROJECT / given) if given else SHIPPED


def link() -> None:
    """Let dbt read a folder of seeds that lies outside the checkout.

    dbt writes the compiled copy of a seed to `target/run/<path of the seed>`; where that path leaves the checkout, the
    copy lands on the seed itself and empties it. A link inside the checkout has a path that stays inside.
    """
    real = folder().resolve()
    if not real.is_dir():
        raise SeedError(f"ENGOPS_SEEDS names {real}, which is no folder")
    lacking = sorted(file.name for file in SHIPPED.glob("*.csv") if not (real / file.name).exists())
    if lacking:
        raise SeedError(
            f"{real} lacks {', '.join(lacking)}: `engops init` adds missing files with their headers"
        )
    if real.is_relative_to(config.PROJECT):
        os.environ["ENGOPS_SEEDS"] = real.relative_to(config.PROJECT).as_posix()
        return
    links = config.PROJECT / "seeds" / ".linked"
    links.mkdir(exist_ok=True)
    for old in links.iterdir():
        if not old.exists():
            old.unlink(missing_ok=True)  # its folder is gone
    name = hashlib.sha256(str(real).encode()).hexdigest()[:12]
    if not (links / name).is_symlink():
        draft = links / f"{name}.{os.getpid()}"
        draft.symlink_to(real, target_is_directory=True)
        draft.replace(links / name)
    os.environ["ENGOPS_SEEDS"] = f"seeds/.linked/{name}"


def read(name: str, where: Path | None = None) -> list[dict[str, str]]:
    """The rows of one seed as text; none where the file is missing."""
    path = (where or folder()) / f"{name}.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def add_missing_files(where: Path | None = None) -> list[Path]:
    """Write the header of each seed that the folder lacks; returns the files made."""
    made = []
    where = where or folder()
    where.mkdir(parents=True, exist_ok=True)
    for shipped in sorted(SHIPPED.glob("*.csv")):
        path = where / shipped.name
        if not path.exists():
            path.write_text(shipped.read_text().splitlines()[0] + "\n")
            made.append(path)
    return made


def append(proposals: list[Proposal]) -> None:
    """Add rows at the end of their seeds; what stands there stays as it is, byte for byte."""
    for seed in sorted({proposal.seed for proposal in proposals}):
        path = folder() / f"{seed}.csv"
        before = path.read_text(encoding="utf-8-sig")
        header = next(csv.reader([before.splitlines()[0]]))
        text = io.StringIO()
        writer = csv.DictWriter(
            text, header, restval="", lineterminator="\n", extrasaction="ignore"
        )
        writer.writerows(proposal.row for proposal in proposals if proposal.seed == seed)
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(("" if before.endswith("\n") else "\n") + text.getvalue())


def propose(warehouse: duckdb.DuckDBPyConnection) -> list[Proposal]:
    """Rows for what has landed and no seed mentions, from the staging tables of all sources."""
    return [
        *_services(warehouse),
        *_deployment_rules(warehouse),
        *_environments(warehouse),
        *_incident_rules(warehouse),
    ]


def is_built(warehouse: duckdb.DuckDBPyConnection) -> bool:
    """Whether there is a staging layer to propose rows from."""
    found = warehouse.execute("select 1 from duckdb_tables() where schema_name = 'staging' limit 1")
    return found.fetchone() is not None


def staged(
    warehouse: duckdb.DuckDBPyConnection, entity: str, columns: str
) -> list[tuple[Any, ...]]:
    """`columns` of one entity over the staging models of all sources; none before the first build."""
    tables = warehouse.execute(
        "select table_name from duckdb_tables() where schema_name = 'staging' and regexp_full_match(table_name, ?)",
        [f"stg_[a-z_]+__{entity}"],
    ).fetchall()
    if not tables:
        return []
    union = " union all ".join(
        f'select {columns} from staging."{table}"' for (table,) in sorted(tables)
    )
    return warehouse.execute(f"select distinct * from ({union}) order by all").fetchall()


def _services(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """One service a repository, until somebody says otherwise."""
    mapped = {row["repository_key"] for row in read("service_repositories")}
    taken = {row["service_key"] for row in read("services")}
    for repository, is_deleted in staged(warehouse, "repositories", "repository_key, is_deleted"):
        if is_deleted or repository in mapped:
            continue
        mapped.add(repository)
        owner, _, name = repository.rpartition("/")
        owner = owner.rpartition("/")[2]
        key = name if name not in taken else f"{owner}-{name}"
        taken.add(key)
        why = f"{repository} has landed and belongs to no service"
        yield Proposal("services", {"service_key": key, "service_name": key}, why)
        yield Proposal(
            "service_repositories", {"service_key": key, "repository_key": repository}, why
        )


def _deployment_rules(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """A rule for each repository without deployments of its own that has versions or a workflow that deploys."""
    ruled = {row["repository_key"] for row in read("deployment_rules")}
    # a pattern that was given with the load holds until somebody writes a rule
    declared = "repository_key, declared_tag_regex"
    ruled |= {key for key, pattern in staged(warehouse, "repositories", declared) if pattern}
    if "" in ruled:
        return
    found = staged(warehouse, "deployments", "repository_key, kind, name")
    kinds: dict[str, dict[str, list[str]]] = {}
    for repository, kind, name in found:
        kinds.setdefault(repository, {}).setdefault(kind, []).append(name or "")
    builds: dict[str, list[tuple[str, str]]] = {}
    for repository, kind, name in staged(warehouse, "builds", "repository_key, kind, name"):
        if name and DEPLOYS.search(name):
            builds.setdefault(repository, []).append((kind, name))
    for repository in sorted(kinds.keys() | builds.keys()):
        seen = kinds.get(repository, {})
        if repository in ruled or "deployment" in seen:
            continue
        base = {"repository_key": repository, "environment": "production", "precedence": "100"}
        slug = repository.rpartition("/")[2]
        releases = [
            kind
            for kind in ("release", "tag")
            if any(re.fullmatch(VERSION, name) for name in seen.get(kind, []))
        ]
        if releases:
            row = {
                "rule_key": f"{slug}_{releases[0]}s",
                "kind": releases[0],
                "name_pattern": VERSION,
            }
            count = sum(bool(re.fullmatch(VERSION, name)) for name in seen[releases[0]])
            yield Proposal(
                "deployment_rules",
                row | base,
                f"{repository} has {count} {releases[0]}s that look like versions",
            )
        elif repository in builds:
            # of several, a run before a job, and what says production before what does not
            kind, name = min(
                builds[repository],
                key=lambda build: ("prod" not in build[1].lower(), build[0] != "run", build[1]),
            )
            row = {
                "rule_key": f"{slug}_{kind}s",
                "kind": kind,
                "name_pattern": re.escape(name).replace(r"\ ", " "),
            }
            yield Proposal(
                "deployment_rules", row | base, f"{repository} has a {kind} called “{name}”"
            )


def _environments(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """A row for each environment that neither the company's patterns nor the shipped ones match."""
    patterns = [
        row["environment_pattern"]
        for row in (*read("environments"), *read("default_environments", REFERENCE))
    ]
    known = _matcher(patterns)
    names = {name for (name,) in staged(warehouse, "deployments", "environment_name")}
    names |= {name for (name,) in staged(warehouse, "builds", "environment_name")}
    for name in sorted(name for name in names if name and not known(name)):
        row = {
            "environment_pattern": re.escape(name),
            "environment": name.lower(),
            "is_production": "false",
        }
        yield Proposal(
            "environments",
            row,
            f"nothing says what “{name}” is; set is_production where users depend on it",
        )


def _incident_rules(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """A row for each label of an issue that looks like an incident's."""
    known = _matcher([row["label_pattern"] for row in read("incident_rules")])
    labels = {label for (label,) in staged(warehouse, "work_items", "unnest(labels) as label")}
    for label in sorted(
        label for label in labels if label and INCIDENT.fullmatch(label) and not known(label)
    ):
        row = {
            "rule_key": re.sub(r"\W+", "_", label).strip("_").lower(),
            "label_pattern": re.escape(label),
            "counts_for_restore": "true",
        }
        yield Proposal("incident_rules", row, f"issues carry the label “{label}”")


def _matcher(patterns: list[str]) -> Callable[[str], bool]:
    """Whether any pattern matches the whole of a text; a pattern that is none matches nothing."""
    compiled = []
    for pattern in patterns:
        try:
            compiled.append(re.compile(pattern))
        except re.error:
            continue
    return lambda text: any(pattern.fullmatch(text) for pattern in compiled)
