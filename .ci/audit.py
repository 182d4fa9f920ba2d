"""Known vulnerabilities in what the two locks install: pip-audit for Python, `npm audit` for the report's builder.

`python .ci/audit.py` ends with 1 where there is a finding that `.ci/audit.toml` does not accept. With `--changed`, as
CI calls it, a finding is told but fails only a commit that changes a lock: an advisory that is published tomorrow does
not change what yesterday's commit was. A registry that answers no such question: "not checked", and 0.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))
REVIEWED = PROJECT / ".ci" / "audit.toml"
LOCKS = ("requirements.lock", "reports/package-lock.json")
SECONDS = 180


class Finding(NamedTuple):
    """One advisory about one package of a lock; `ids` are all its names."""

    package: str
    ids: tuple[str, ...]
    what: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.package}: {', '.join(self.ids)}: {self.what}"


class NotCheckedError(Exception):
    """The question could not be asked; the text says why."""


def answer(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> Any:
    """The JSON that an auditor prints, whatever its exit code; `NotCheckedError` where it prints none."""
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotCheckedError(f"{command[0]} gave no answer: {error}") from None
    try:
        return json.loads(done.stdout)
    except ValueError:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NotCheckedError(said[-1] if said else f"{command[0]} said nothing") from None


def python_report() -> Any:
    """pip-audit's answer about requirements.lock."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(PROJECT / "requirements.lock")]
    command += ["--disable-pip", "--no-deps", "--timeout", "10", "--format", "json"]
    return answer([*command, "--progress-spinner", "off", "--desc", "off"], PROJECT)


def python_findings(report: Any) -> Iterator[Finding]:
    """Findings of pip-audit's report; it passes over what its service does not know, so nothing known is no answer."""
    packages = report["dependencies"]
    known = [package for package in packages if "skip_reason" not in package]
    if not known:
        raise NotCheckedError(f"the registry tells nothing of any of {len(packages)} packages")
    for package in known:
        for found in package["vulns"]:
            fixed = ", ".join(found["fix_versions"])
            yield Finding(
                f"{package['name']} {package['version']}",
                tuple(dict.fromkeys([found["id"], *found.get("aliases", [])])),
                f"fixed in {fixed}" if fixed else "no fixed version yet",
            )


def node_report() -> Any:
    """npm's answer about reports/package-lock.json."""
    from pipelines import node

    try:
        environment = node.environment()
    except node.NodeError as error:
        raise NotCheckedError(str(error)) from None
    return answer(
        ["npm", "audit", "--json", "--package-lock-only"], PROJECT / "reports", environment
    )


def node_findings(report: Any) -> Iterator[Finding]:
    """Findings of npm's report: each advisory once, by its own package and not by those that contain it."""
    if "vulnerabilities" not in report:
        raise NotCheckedError(str(report.get("message") or report.get("error") or "no report"))
    seen = set()
    for package in report["vulnerabilities"].values():
        for via in package["via"]:
            if isinstance(via, dict) and (via["name"], via["url"]) not in seen:
                seen.add((via["name"], via["url"]))
                name = via["url"].rpartition("/")[2]
                what = f"{via['severity']}: {via['title']} ({via['range']})"
                yield Finding(via["name"], (name,), what)


def accepted(today: date, text: str) -> dict[str, str]:
    """Reasons by advisory, of the reviewed list; a reason that has run out is none."""
    rows = tomllib.loads(text).get("accepted", [])
    for row in rows:
        if not row.get("reason") or not isinstance(row.get("until"), date):
            sys.exit(f"audit: {row.get('id')} in {REVIEWED.name} needs a reason and a day `until`")
    return {row["id"]: row["reason"] for row in rows if row["until"] >= today}


def tell(name: str, findings: Iterable[Finding], reasons: dict[str, str]) -> int:
    """Print what was found in one lock; how many findings nobody accepted."""
    open_ones = 0
    try:
        for found in findings:
            reason = next((reasons[key] for key in found.ids if key in reasons), None)
            open_ones += reason is None
            print(f"audit: {found}" + (f" (accepted: {reason})" if reason else ""))
    except NotCheckedError as why:
        print(f"audit: {name}: not checked: {why}")
        return 0
    print(f"audit: {name}: {open_ones or 'no'} open findings")
    return open_ones


def lock_changed() -> bool:
    """Whether the newest commit changes a lock; false where git does not know the commit before it."""
    command = ["git", "diff", "--quiet", "HEAD^", "HEAD", "--", *LOCKS, str(REVIEWED)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True).returncode == 1


def asked(report: Any, findings: Any) -> Iterator[Finding]:
    """The findings of a report that is only now asked for."""
    yield from findings(report())


def main() -> int:
    """Audit both locks."""
    reasons = accepted(datetime.now(UTC).date(), REVIEWED.read_text())
    found = tell(LOCKS[0], asked(python_report, python_findings), reasons)
    found += tell(LOCKS[1], asked(node_report, node_findings), reasons)
    if not found:
        return 0
    print(
        f"audit: {found} FINDINGS: upgrade (`make lock`), or accept each with a reason in .ci/audit.toml"
    )
    if "--changed" in sys.argv[1:] and not lock_changed():
        print(
            "audit: this commit changes no lock, so it does not fail; the next change of a lock will"
        )
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
