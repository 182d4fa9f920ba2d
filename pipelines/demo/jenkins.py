"""Jenkins' Notification plugin: what it tells of the builds of a plan's two jobs, `build` and `deploy`."""

from collections.abc import Mapping
from typing import Any

from pipelines.demo.organisation import Plan
from pipelines.demo.payloads import dumps

HOST = "ci.acme.example"


def key(build: Mapping[str, Any]) -> str:
    """The warehouse's name of a build."""
    return f"jenkins:build:{HOST}:{build['queue_id']}:{build['number']}"


def url(plan: Plan, build: Mapping[str, Any]) -> str:
    """Its page."""
    return f"https://{HOST}/{_path(plan, build)}"


def notification(
    plan: Plan, build: Mapping[str, Any], phase: str, at: int, result: str | None = None
) -> str:
    """A notification of a phase; the clock is the phase's, and a build that is over has a result."""
    path, commit = _path(plan, build), build["commit"]
    name = build["name"]
    body = {
        "name": name, "display_name": name, "url": f"job/{plan.name}/job/{name}/",
        "build": {
            "full_url": f"https://{HOST}/{path}", "number": build["number"], "queue_id": build["queue_id"],
            "timestamp": at * 1000, "duration": (at - build["started"]) * 1000 if result else 0, "phase": phase,
            "url": path,
            "scm": {
                "url": f"git@github.com:acme/{plan.name}.git", "branch": f"origin/{build['branch']}",
                "commit": commit.sha, "changes": [], "culprits": [],
            },
            "parameters": {"DRY_RUN": "false"}, "log": "", "artifacts": {}, **({"status": result} if result else {}),
        },
    }  # fmt: skip
    return dumps(body)


def _path(plan: Plan, build: Mapping[str, Any]) -> str:
    return f"job/{plan.name}/job/{build['name']}/{build['number']}/"
