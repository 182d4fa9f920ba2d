"""A small world written straight into staging, for tests of what lies between staging and the core marts.

Each scenario has a repository of its own, so that many share one build. Names stand for SHAs: `sha(repository, "a")`.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import duckdb

from pipelines import config, warehouse
from pipelines.landing import STORAGE

START = datetime(2026, 3, 2)


def at(hours: float) -> datetime:
    """So many hours after Monday 2 March 2026, 00:00 UTC."""
    return START + timedelta(hours=hours)


def repo(name: str) -> str:
    """The key of a scenario's repository."""
    return f"github.com/acme/{name}"


def sha(name: str, commit: str) -> str:
    """The SHA of a named commit of a scenario."""
    return hashlib.sha1(f"{name}/{commit}".encode()).hexdigest()


class World:
    """Rows of staging and of seeds, by table."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def add(self, table: str, **row: Any) -> None:
        """One row of `schema.table`; columns that are not given are null."""
        self.rows.setdefault(table, []).append(row)

    def repository(self, name: str, head: str | None = None, **more: Any) -> None:
        """A repository whose default branch is main, with its newest commit."""
        self.add(
            "staging.stg_git__repositories",
            source="git",
            repository_key=repo(name),
            default_branch="main",
            default_head_sha=head and sha(name, head),
            is_shallow=False,
            is_deleted=False,
            record_key=f"repository:{name}",
            **more,
        )
        self.add(
            "staging.stg_git__load_ledger",
            source="git",
            scope=repo(name),
            entity="tags",
            covered_until=at(10_000),
            record_key=f"ledger:{name}",
        )

    def commit(
        self,
        name: str,
        commit: str,
        parents: Sequence[str],
        hours: float,
        authored: float | None = None,
        paths: Sequence[str] = (),
        **more: Any,
    ) -> None:
        """A commit with its parents and paths."""
        self.add(
            "staging.stg_git__commits",
            **{
                "source": "git",
                "repository_key": repo(name),
                "commit_sha": sha(name, commit),
                "authored_at": at(hours if authored is None else authored),
                "committed_at": at(hours),
                "author_key": "somebody",
                "is_author_bot": False,
                "parent_count": len(parents),
                "reverted_shas": [],
                "message_hash": f"{name}/{commit}",
                "has_paths": bool(paths),
                "record_key": f"commit:{name}/{commit}",
                **more,
            },
        )
        for index, parent in enumerate(parents, 1):
            self.add(
                "staging.stg_git__commit_parents",
                source="git",
                repository_key=repo(name),
                commit_sha=sha(name, commit),
                parent_sha=sha(name, parent),
                parent_index=index,
            )
        for path in paths:
            self.add(
                "staging.stg_git__commit_paths",
                source="git",
                repository_key=repo(name),
                commit_sha=sha(name, commit),
                path=path,
            )

    def chain(self, name: str, commits: str, hours: float = 0, step: float = 1) -> None:
        """A linear history: one commit a letter; the last one is the head of main."""
        for index, commit in enumerate(commits):
            self.commit(
                name, commit, commits[index - 1 : index] if index else "", hours + index * step
            )

    def tag(self, name: str, tag: str, commit: str, hours: float) -> None:
        """A tag in a clone."""
        self.add(
            "staging.stg_git__deployments",
            source="git",
            candidate_key=f"git:{repo(name)}:tag:{tag}",
            kind="tag",
            repository_key=repo(name),
            name=tag,
            tag_name=tag,
            commit_sha=sha(name, commit),
            started_at=at(hours),
            finished_at=at(hours),
            outcome="success",
            is_prerelease=False,
            is_deleted=False,
            record_key=f"tag:{name}/{tag}",
        )

    def deployment(
        self,
        name: str,
        key: str,
        commit: str,
        hours: float | None,
        /,
        environment: str = "production",
        outcome: str | None = "success",
        **more: Any,
    ) -> None:
        """A deployment that began a quarter of an hour before it finished; still running where `hours` is None."""
        finished = None if hours is None else at(hours)
        started = at(0) if finished is None else finished - timedelta(minutes=15)
        self.add(
            "staging.stg_github__deployments",
            **{
                "source": "github",
                "candidate_key": f"{name}:{key}",
                "kind": "deployment",
                "repository_key": repo(name),
                "name": "deploy",
                "environment_name": environment,
                "commit_sha": sha(name, commit),
                "created_at": started,
                "started_at": started,
                "finished_at": finished,
                "outcome": outcome,
                "is_prerelease": False,
                "is_deleted": False,
                "record_key": f"deployment:{name}/{key}",
                **more,
            },
        )

    def change(
        self,
        name: str,
        number: int,
        merge: str,
        head: str,
        opened: float,
        merged: float | None,
        **more: Any,
    ) -> str:
        """A pull request into main; returns its key."""
        key = f"{name}:{number}"
        self.add(
            "staging.stg_github__changes",
            **{
                "source": "github",
                "change_key": key,
                "repository_key": repo(name),
                "change_number": number,
                "target_branch": "main",
                "source_branch": f"topic-{number}",
                "merge_commit_sha": sha(name, merge),
                "head_sha": sha(name, head),
                "actor_key": "author",
                "is_bot": False,
                "is_revert": False,
                "is_deleted": False,
                "labels": [],
                "closed_references": [],
                "opened_at": at(opened),
                "ready_at": at(opened),
                "merged_at": None if merged is None else at(merged),
                "url": f"https://{repo(name)}/pull/{number}",
                "record_key": f"change:{key}",
                **more,
            },
        )
        return key

    def reported(self, name: str, change: str, commit: str, hours: float, **more: Any) -> None:
        """A commit that the forge lists for a change."""
        self.add(
            "staging.stg_github__change_commits",
            **{
                "source": "github",
                "change_key": change,
                "repository_key": repo(name),
                "commit_sha": sha(name, commit),
                "authored_at": at(hours),
                "committed_at": at(hours),
                "message_hash": f"{name}/{commit}",
                "record_key": f"reported:{name}/{commit}",
                **more,
            },
        )

    def review(
        self, change: str, key: str, actor: str, hours: float, kind: str, is_bot: bool = False
    ) -> None:
        """A review of a change."""
        self.add(
            "staging.stg_github__reviews",
            source="github",
            review_key=key,
            change_key=change,
            repository_key=repo(change.split(":")[0]),
            submitted_at=at(hours),
            kind=kind,
            actor_key=actor,
            is_bot=is_bot,
            record_key=key,
        )

    def build(
        self,
        name: str,
        key: str,
        kind: str,
        job: str,
        commit: str,
        hours: float,
        outcome: str,
        **more: Any,
    ) -> None:
        """A CI run or job that took a quarter of an hour."""
        self.add(
            "staging.stg_github__builds",
            **{
                "source": "github",
                "build_key": f"{name}:{key}",
                "run_key": f"{name}:run",
                "repository_key": repo(name),
                "kind": kind,
                "name": job,
                "attempt": 1,
                "created_at": at(hours - 0.25),
                "started_at": at(hours - 0.25),
                "finished_at": at(hours),
                "outcome": outcome,
                "commit_sha": sha(name, commit),
                "branch": "main",
                "is_allowed_failure": False,
                "record_key": f"build:{name}/{key}",
                **more,
            },
        )

    def incident(
        self, name: str, key: str, opened: float, resolved: float | None, **more: Any
    ) -> None:
        """An issue with the label `incident`."""
        self.add(
            "staging.stg_github__work_items",
            **{
                "source": "github",
                "work_item_key": f"{name}:issue:{key}",
                "repository_key": repo(name),
                "project_key": repo(name),
                "number": 1,
                "labels": ["incident"],
                "created_at": at(opened),
                "closed_at": None if resolved is None else at(resolved),
                "state": "open" if resolved is None else "closed",
                "reopened_count": 0,
                "cause_references": [],
                "service_names": [],
                "is_deleted": False,
                "record_key": f"issue:{name}/{key}",
                **more,
            },
        )

    def build_marts(self) -> None:
        """Build staging empty, write the rows, build what lies behind it."""
        self._build("path:seeds", "path:models/staging", without=["test", "unit_test"])
        with duckdb.connect(str(config.warehouse_path()), config=STORAGE) as connection:
            for table, rows in self.rows.items():
                for row in rows:
                    marks = ", ".join("?" for _ in row)
                    connection.execute(
                        f"insert into {table} ({', '.join(row)}) values ({marks})",
                        list(row.values()),
                    )
        self._build("path:models/intermediate", "path:models/marts/core", without=["unit_test"])

    @staticmethod
    def _build(*select: str, without: Sequence[str]) -> None:
        excluded = [argument for kind in without for argument in ("--exclude-resource-type", kind)]
        outcome = warehouse.dbt(
            "build", "--quiet", "--indirect-selection", "cautious", *excluded, "--select", *select
        )
        failed = [
            f"{result.node.name}: {result.message}"
            for result in getattr(outcome.result, "results", [])
            if result.status not in warehouse.PASSED
        ]
        assert outcome.success, failed or outcome.exception
