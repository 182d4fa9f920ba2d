"""Rows that the company's seeds could have: what has landed and no seed mentions yet, with why and whence."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import duckdb

from pipelines.seeds import REFERENCE, Proposal, read

VERSION = r"v?\d+(\.\d+)+"
DEPLOYS = re.compile(r"(?i)\b(deploy\w*|release|publish|ship|rollout|promote)\b")
INCIDENT = re.compile(r"(?i)(incident|outage|sev[-_: ]?\d|p[01]|severity[-_:/ ].*)")
WAITS = re.compile(r"(?i).*(wait|block|hold|pending|review|approval|ready for|queue).*")


def propose(warehouse: duckdb.DuckDBPyConnection) -> list[Proposal]:
    """Rows for what has landed and no seed mentions, from the staging tables of all sources; no row twice."""
    found: dict[tuple[str, ...], Proposal] = {}
    for proposed in (
        _services,
        _service_names,
        _teams,
        _projects,
        _deployment_rules,
        _environments,
        _incident_rules,
        _severities,
        _statuses,
        _types,
    ):
        for one in proposed(warehouse):
            found.setdefault((one.seed, *one.row.values()), one)
    return list(found.values())


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


def built(warehouse: duckdb.DuckDBPyConnection, table: str, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query on one intermediate table; none before the first build."""
    there = "select 1 from duckdb_tables() where schema_name = 'intermediate' and table_name = ?"
    return warehouse.execute(sql).fetchall() if warehouse.execute(there, [table]).fetchone() else []


def slug(name: str) -> str:
    """A key made of a name."""
    return re.sub(r"[^\w.]+", "-", name.lower()).strip("-") or "unnamed"


def _services(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """One service a repository, until somebody says otherwise."""
    # a row of the seed would take from a catalogue's service what the catalogue gives it
    sql = "select lower(repository_key), service_key from intermediate.int_catalogue_services"
    given = built(warehouse, "int_catalogue_services", sql)
    mapped = {row["repository_key"].lower() for row in read("service_repositories")}
    mapped |= {repository for repository, _ in given}
    taken = {row["service_key"] for row in read("services")} | {service for _, service in given}
    sql = """select repository_key, unnest(sources) from intermediate.int_repositories
        where is_deleted is not true order by all"""
    for repository, source in built(warehouse, "int_repositories", sql):
        if repository.lower() in mapped:
            continue
        mapped.add(repository.lower())
        owner, _, name = repository.rpartition("/")
        owner = owner.rpartition("/")[2]
        key = name if name not in taken else f"{owner}-{name}"
        taken.add(key)
        why = f"{repository} has landed and belongs to no service"
        about = (why, source, repository)
        yield Proposal("services", {"service_key": key, "service_name": key}, *about)
        row = {"service_key": key, "repository_key": repository}
        yield Proposal("service_repositories", row, *about)


def _service_names(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """A row for each name by which an incident or roll-out without a repository calls a service that nobody knows."""
    names = read("service_names")
    services = read("services")
    known = {row[column].lower() for row in services for column in ("service_key", "service_name")}
    keys = {row["service_key"] for row in services}
    sql = """select source, service_name from intermediate.int_service_names
        where is_shown and not is_mapped and service_name <> 'unknown' order by all"""
    for source, name in built(warehouse, "int_service_names", sql):
        if name.lower() in known or _matcher(_patterns(names, "name_pattern", source))(name):
            continue
        key = slug(name)
        about = (f"{source} names the service “{name}”, which no seed mentions", source, name)
        if key not in keys:
            keys.add(key)
            yield Proposal("services", {"service_key": key, "service_name": name}, *about)
        row = {"source": source, "name_pattern": re.escape(name), "service_key": key}
        yield Proposal("service_names", row, *about)


def _teams(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """A team for each owner in a catalogue, and each team that a survey, cost or measurement names."""
    known = {row[column].lower() for row in read("teams") for column in ("team_key", "team_name")}
    named = staged(warehouse, "catalogue", "source, owner_name")
    for entity in ("survey_responses", "costs", "measurements"):
        named += staged(warehouse, entity, "source, team_name")
    for source, name in sorted({(source, name) for source, name in named if name}):
        if name.lower() in known or slug(name) in known:
            continue
        known |= {name.lower(), slug(name)}
        row = {"team_key": slug(name), "team_name": name}
        yield Proposal("teams", row, f"{source} names the team “{name}”", source, name)


def _projects(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """A team for each project of a tracker, until somebody says otherwise; a repository's own are its service's."""
    mapped = {
        row["project_key"].lower() for row in (*read("project_teams"), *read("project_services"))
    }
    teams = {row["team_key"] for row in read("teams")}
    found = staged(warehouse, "work_items", "project_key, source, repository_key")
    for project, source, repository in found:
        if not project or repository or project.lower() in mapped:
            continue
        mapped.add(project.lower())
        name = project.partition(":")[2] or project
        about = (f"{project} has work items and belongs to no team or service", source, name)
        if slug(name) not in teams:
            teams.add(slug(name))
            yield Proposal("teams", {"team_key": slug(name), "team_name": name}, *about)
        yield Proposal("project_teams", {"project_key": project, "team_key": slug(name)}, *about)


def _deployment_rules(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """A rule for each repository without deployments of its own that has versions or a workflow that deploys."""
    ruled = {row["repository_key"] for row in read("deployment_rules")}
    # a pattern that was given with the load holds until somebody writes a rule
    declared = "repository_key, declared_tag_regex"
    ruled |= {key for key, pattern in staged(warehouse, "repositories", declared) if pattern}
    if "" in ruled:
        return
    found = staged(warehouse, "deployments", "repository_key, kind, name, source")
    kinds: dict[str, dict[str, list[str]]] = {}
    sources: dict[str, str] = {}
    for repository, kind, name, source in found:
        if not repository:
            continue
        sources.setdefault(repository, source)
        kinds.setdefault(repository, {}).setdefault(kind, []).append(name or "")
    builds: dict[str, dict[tuple[str, str], bool]] = {}
    for repository, kind, name, source, is_placed in staged(
        warehouse, "builds", "repository_key, kind, name, source, environment_name is not null"
    ):
        if repository and name and DEPLOYS.search(name):
            sources.setdefault(repository, source)
            known = builds.setdefault(repository, {})
            known[kind, name] = is_placed or known.get((kind, name), False)
    for repository in sorted(kinds.keys() | builds.keys()):
        seen = kinds.get(repository, {})
        if repository in ruled or "deployment" in seen:
            continue
        base = {"repository_key": repository, "precedence": "100"}
        stem = repository.rpartition("/")[2]
        releases = [
            kind
            for kind in ("release", "tag")
            if any(re.fullmatch(VERSION, name) for name in seen.get(kind, []))
        ]
        if releases:
            row = {
                "rule_key": f"{stem}_{releases[0]}s",
                "kind": releases[0],
                "name_pattern": VERSION,
                "environment": "production",
            }
            count = sum(bool(re.fullmatch(VERSION, name)) for name in seen[releases[0]])
            yield Proposal(
                "deployment_rules",
                row | base,
                f"{repository} has {count} {releases[0]}s that look like versions",
                sources[repository],
                repository,
            )
        elif repository in builds:
            # of several, a run before a job, and what says production before what does not
            kind, name = min(
                builds[repository],
                key=lambda build: ("prod" not in build[1].lower(), build[0] != "run", build[1]),
            )
            row = {
                "rule_key": f"{stem}_{kind}s",
                "kind": kind,
                "name_pattern": re.escape(name).replace(r"\ ", " "),
                # a rule's environment goes before the one that a build tells
                "environment": "" if builds[repository][kind, name] else "production",
            }
            why = f"{repository} has a {kind} called “{name}”"
            yield Proposal("deployment_rules", row | base, why, sources[repository], repository)


def _environments(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """A row for each environment that neither the company's patterns nor the shipped ones match."""
    patterns = [
        row["environment_pattern"]
        for row in (*read("environments"), *read("default_environments", REFERENCE))
    ]
    known = _matcher(patterns)
    named = staged(warehouse, "deployments", "environment_name, source")
    named += staged(warehouse, "builds", "environment_name, source")
    for name, source in sorted({one for one in named if one[0] and not known(one[0])}):
        row = {
            "environment_pattern": re.escape(name),
            "environment": name.lower(),
            "is_production": "false",
        }
        yield Proposal(
            "environments",
            row,
            f"nothing says what “{name}” is; set is_production where users depend on it",
            source,
            name,
        )


def _incident_rules(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """A row for each label of an issue that looks like an incident's."""
    known = _matcher([row["label_pattern"] for row in read("incident_rules")])
    labels = staged(warehouse, "work_items", "unnest(labels) as label, source")
    for label, source in labels:
        if not label or not INCIDENT.fullmatch(label) or known(label):
            continue
        row = {
            "rule_key": re.sub(r"\W+", "_", label).strip("_").lower(),
            "label_pattern": re.escape(label),
            "counts_for_restore": "true",
        }
        why = f"issues carry the label “{label}”"
        yield Proposal("incident_rules", row, why, source, label)


def _severities(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """A row for each severity of an incident that neither the company's patterns nor the shipped ones match."""
    rows = (*read("severities"), *read("default_severities", REFERENCE))
    found = staged(warehouse, "incidents", "source, coalesce(severity_name, priority_name) as name")
    for source, name in found:
        if not name or _matcher(_patterns(rows, "name_pattern", source))(name):
            continue
        row = {
            "source": source,
            "name_pattern": re.escape(name),
            "severity": name.lower(),
            "counts_for_restore": "true",
        }
        why = (
            f"nothing says how severe “{name}” is; clear counts_for_restore where nobody is cut off"
        )
        yield Proposal("severities", row, why, source, name)


def _statuses(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """A row for each status whose category says nothing: waiting where its name does, else active."""
    seeded = read("work_item_statuses")
    # of all projects only where more than one has it, and none knows it
    sql = """select distinct source, status_name, case when is_known or projects = 1 then project_key end as project
        from (
            select *, bool_or(state is not null) over by_name as is_known, count(*) over by_name as projects
            from intermediate.int_work_item_statuses window by_name as (partition by source, status_name)
        ) where state is null order by all"""
    for source, name, project in built(warehouse, "int_work_item_statuses", sql):
        rows = [
            row
            for row in seeded
            if not row["project_pattern"] or _matcher([row["project_pattern"]])(project or "")
        ]
        if _matcher(_patterns(rows, "status_pattern", source))(name):
            continue
        state = "waiting" if WAITS.fullmatch(name) else "active"
        where = {"project_pattern": re.escape(project)} if project else {}
        row = {"source": source, **where, "status_pattern": re.escape(name), "state": state}
        why = f"nothing says whether “{name}” is waiting or work"
        yield Proposal("work_item_statuses", row, why, source, name)


def _types(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Proposal]:
    """A row for each type of work item that neither the company's patterns nor the shipped ones match."""
    rows = (*read("work_item_types"), *read("default_work_item_types", REFERENCE))
    known = _matcher([row["type_pattern"] for row in rows])
    for name, source in staged(warehouse, "work_items", "type_name, source"):
        if name and not known(name):
            row = {"type_pattern": re.escape(name), "work_type": "other"}
            why = f"nothing says what kind of work “{name}” is: feature, defect, risk or debt"
            yield Proposal("work_item_types", row, why, source, name)


def _patterns(rows: Iterable[dict[str, str]], column: str, source: str) -> list[str]:
    """The patterns of a seed's rows that are about a source, or about all."""
    return [row[column] for row in rows if row[column] and row["source"].lower() in ("", source)]


def _matcher(patterns: list[str]) -> Callable[[str], bool]:
    """Whether any pattern matches the whole of a text; a pattern that is none matches nothing."""
    compiled = []
    for pattern in patterns:
        try:
            compiled.append(re.compile(pattern))
        except re.error:
            continue
    return lambda text: any(pattern.fullmatch(text) for pattern in compiled)
