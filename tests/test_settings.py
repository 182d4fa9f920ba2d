"""What the configuration says of sources, held against the examples that are shipped."""

import re
from collections.abc import Iterator

from pipelines import cli, settings
from tests.conftest import PROJECT

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
