"""The dependency audit: what it makes of the auditors' answers, and that it never takes silence for health."""

import importlib.util
import json
import sys
from datetime import date
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import PROJECT

TODAY = date(2026, 11, 20)
PYTHON = {
    "dependencies": [
        {"name": "fine", "version": "1.0", "vulns": []},
        {"name": "private", "skip_reason": "Dependency not found on PyPI"},
        {"name": "holed", "version": "2.0", "vulns": [
            {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["2.1"]},
            {"id": "PYSEC-2026-2", "aliases": [], "fix_versions": []},
        ]},
    ]
}  # fmt: skip
ADVISORY = {
    "name": "leaky", "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc", "severity": "high",
    "title": "leaks", "range": "<2",
}  # fmt: skip
NODE = {"vulnerabilities": {"leaky": {"via": [ADVISORY]}, "user": {"via": ["leaky", ADVISORY]}}}


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    """`.ci/audit.py` as a module."""
    spec = importlib.util.spec_from_file_location("audit", PROJECT / ".ci" / "audit.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(audit: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the whole with given answers; the exit code."""

    def make(python: Any, node: Any, *arguments: str, changed: bool = False) -> int:
        monkeypatch.setattr(audit, "python_report", lambda: python)
        monkeypatch.setattr(audit, "node_report", lambda: node)
        monkeypatch.setattr(audit, "lock_changed", lambda: changed)
        monkeypatch.setattr(sys, "argv", ["audit", *arguments])
        return int(audit.main())

    return make


def test_findings_fail_and_are_told(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(PYTHON, NODE) == 1
    told = capsys.readouterr().out
    assert "holed 2.0: PYSEC-2026-1, CVE-2026-1: fixed in 2.1" in told
    assert told.count("GHSA-aaaa-bbbb-cccc") == 1
    assert "3 FINDINGS" in told


def test_an_advisory_does_not_fail_a_commit_that_changes_no_lock(run: Any) -> None:
    assert run(PYTHON, NODE, "--changed") == 0
    assert run(PYTHON, NODE, "--changed", changed=True) == 1


def test_silence_is_not_health(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    unknown = {"dependencies": [{"name": "fine", "skip_reason": "not found"}]}
    assert run(unknown, {"message": "405 Method Not Allowed", "error": {}}) == 0
    told = capsys.readouterr().out
    assert told.count("not checked") == 2
    assert "no open findings" not in told


def test_what_is_accepted_needs_a_reason_and_ends(audit: ModuleType) -> None:
    row = '[[accepted]]\nid = "CVE-2026-1"\nreason = "never called"\nuntil = 2026-11-20\n'
    assert audit.accepted(TODAY, row) == {"CVE-2026-1": "never called"}
    assert audit.accepted(date(2026, 11, 21), row) == {}
    assert audit.accepted(TODAY, audit.REVIEWED.read_text()) is not None
    with pytest.raises(SystemExit, match="reason"):
        audit.accepted(TODAY, '[[accepted]]\nid = "CVE-2026-1"\n')
    found = list(audit.python_findings(PYTHON))
    assert audit.tell("x", iter(found), audit.accepted(TODAY, row)) == 1


def test_an_auditor_that_hangs_or_babbles_is_not_believed(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SECONDS", 0.2)
    with pytest.raises(audit.NotCheckedError, match="gave no answer"):
        audit.answer(["sleep", "5"], PROJECT)
    monkeypatch.setattr(audit, "SECONDS", 20)
    with pytest.raises(audit.NotCheckedError, match="no such host"):
        audit.answer(["sh", "-c", "echo no such host >&2"], PROJECT)
    assert audit.answer(["echo", json.dumps(NODE)], PROJECT) == NODE
