"""What the configuration says of sources, held against the examples that are shipped."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines import cli, doctor, settings
from tests.conftest import PROJECT, Place
from tests.test_cli import engops, one_source

__all__ = ["one_source"]

READ = re.compile(r"[\"']sources\.(\w+|\{SOURCE\})\.(\w+)")
SECRET = re.compile(r"rest\.(?:bearer|basic|header|secret)\(([^()]*)\)")


def read() -> Iterator[tuple[str, str]]:
    """Each key that the code of a source reads, by its name; an API may always stand elsewhere."""
    for file in sorted((PROJECT / "pipelines").glob("*/*.py")):
        text, folder = file.read_text(), file.parent.name
        for section, key in READ.findall(text):
            yield (folder if section == "{SOURCE}" else section), key
        for arguments in SECRET.findall(text):
            words = re.findall(r'\w+="(\w+)"', arguments) or re.findall(r'"(\w+)"', arguments)
            yield from ((folder, word) for word in words if word != folder)
        if "rest.Api(" in text:
            yield folder, "base_url"


def test_every_key_that_a_source_reads_stands_in_an_example() -> None:
    found = set(read())
    assert len(found) > 60
    lacking = {(name, key) for name, key in found if key not in settings.known().get(name, {})}
    assert not lacking


def test_every_source_that_has_an_api_stands_in_an_example() -> None:
    having = {name for name, module in cli.sources().items() if hasattr(module, "reach")}
    assert having > {"jira", "pagerduty"}
    assert having <= settings.known().keys()


SOURCES = cli.sources()


@pytest.fixture
def one(one_source: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A source that loads, beside all that there are."""
    monkeypatch.setattr(cli, "sources", lambda: {**SOURCES, "one": one_source})
    return one_source


def told(output: str) -> str:
    """What a command says, however wide the terminal is."""
    return " ".join(output.split())


def test_what_is_begun_to_be_configured_says_what_it_lacks_and_stops_no_other(
    one: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__JIRA__BASE_URL", "https://acme.example.com")
    monkeypatch.setenv("SOURCES__GITHUB__WEBHOOK_SECRET", "s3cret")
    monkeypatch.setenv("SOURCES__SLACK__RULES__DEPLOYMENT", '["deployed"]')
    missing = "jira: partly configured: token is missing: docs/sources/jira.md"
    result = engops("load")
    assert result.exit_code == cli.FAILED
    assert f"load {missing}" in told(result.output)
    assert told(result.output).endswith("not loaded: jira")
    assert len(one.calls) == 1
    assert engops("load", "one").exit_code == 0
    lines = list(doctor.report(SOURCES, offline=True))
    assert f"source    {missing}; nothing landed" in lines
    assert lines[-1] == "next      mend what is partly or wrongly configured"
    monkeypatch.setenv("SOURCES__JIRA__TOKEN", "s3cret")
    assert "source    jira: configured; nothing landed" in doctor.report(SOURCES, offline=True)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("GITHUB__TOKEN", "repositories or organisation or copilot_organisations is missing"),
        ("HARNESS__ACCOUNT", "projects and token are missing"),
        ("PAGERDUTY__BASE_URL", "token is missing"),
        ("SERVICENOW__PASSWORD", "base_url is missing"),
        ("DATADOG__API_KEY", "application_key is missing"),
        ("SURVEYS__TOKEN", "path or forms is missing"),
    ],
)
def test_each_source_lacks_what_it_asks_for(
    given: str, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = given.partition("__")[0].lower()
    monkeypatch.setenv(f"SOURCES__{given}", "x")
    assert settings.standing(SOURCES)[1] == {name: f"{missing}: docs/sources/{name}.md"}


def test_what_nobody_reads_is_told_with_what_may_be_written(
    one: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__JIRA__BASE_ULR", "s3cret")
    monkeypatch.setenv("SOURCES__JIRRA__TOKEN", "s3cret")
    monkeypatch.setenv("SOURCES__BUILDKITE__WEBHOOK_SECRET", "s3cret")
    result = engops("load")
    assert result.exit_code == cli.FAILED
    assert "has the unknown key 'base_ulr'; it may have base_url, projects," in told(result.output)
    assert "SOURCES__JIRRA__TOKEN: no source is called jirra" in told(result.output)
    assert told(result.output).endswith("not loaded: jira, jirra")
    assert "s3cret" not in result.output
    assert len(one.calls) == 1
    lines = list(doctor.report(SOURCES, offline=True))
    assert "source    jira: wrongly configured; nothing landed" in lines
    assert [line.split()[1] for line in lines if line.startswith("wrong")] == ["jira:", "jirra:"]
    monkeypatch.delenv("SOURCES__JIRRA__TOKEN")
    assert engops("load", "one").exit_code == 0


@pytest.mark.parametrize("text", ["SHOP", '{"a": 1}', "5"])
def test_a_list_that_is_none_is_told_by_its_key_and_stops_no_other(
    text: str, one: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for source, key in (("JIRA", "PROJECTS"), ("BACKSTAGE", "PATHS")):
        monkeypatch.setenv(f"SOURCES__{source}__{key}", text)
    result = engops("load")
    assert result.exit_code == cli.FAILED
    assert (
        'projects of [sources.jira] in SOURCES__JIRA__PROJECTS is to be a list: projects = ["SHOP"]'
        in told(result.output)
    )
    assert told(result.output).endswith("not loaded: backstage, jira")
    assert len(one.calls) == 1
    assert any("paths of [sources.backstage]" in line for line in doctor.report(SOURCES))


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (
            '[sources.backstage]\npaths = "/x"\n',
            1,
            "paths of [sources.backstage] in .dlt/config.toml",
        ),
        ('[sources.backstage\npaths = "/x"\n', 2, "config.toml"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_a_sentence(
    content: str, code: int, said: str, tmp_path: Path, place: Place
) -> None:
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "config.toml").write_text(content)
    command = [sys.executable, "-m", "pipelines", "load"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    assert said in told(done.stderr)
    assert "Traceback" not in done.stderr
