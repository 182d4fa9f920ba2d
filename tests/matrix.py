"""What each source is tested with, as a page and as a seed; both are made from what a test run saw.

python -m tests.matrix    # writes both again from the seed alone, after a merge
"""

import csv
import io
from pathlib import Path

from tests.conftest import PROJECT
from tests.sources import KINDS, Case

Proof = tuple[str, str, str, str]  # source, entity, door, kind

PAGE = PROJECT / "docs" / "sources" / "matrix.md"
SEED = PROJECT / "seeds" / "reference" / "source_proofs.csv"
HEADER = ("source", "entity", "door", "tested_with")
DOORS = ("webhook", "api", "file")
INTRODUCTION = """# What each source is tested with

Made by `make matrix` from a run of `tests/test_every_source.py`, which lands the payloads of every case, builds
staging and compares it with rows worked out by hand; then again in another order, in two increments, some of it twice.

| word | the payloads are |
|---|---|
| recorded | sent by the tool, and recorded by somebody who published them |
| emulator | made by an emulator of the tool |
| documented | printed in the vendor's documentation |
| schema | valid by a schema that the vendor publishes |
| own | written here, with field names from the documentation: not proven |

A source that is tested with its own payloads alone is *unproven*; `engops doctor` says so. A source that is not listed
is received and kept, and no figure uses it; but for git, whose tests read clones that git itself makes.

## Source, entity and door
"""


def known(proofs: list[Proof], cases: list[Case]) -> list[Proof]:
    """The proofs of this run, and what is written down of sources that this run left out."""
    told = {case.source for case in cases}
    with SEED.open(newline="") as file:
        kept = [tuple(row) for row in list(csv.reader(file))[1:] if row[0] not in told]
    from tests import sources  # what has no case any more is not kept

    there = {path.stem for path in Path(sources.__path__[0]).glob("*.py")}
    return sorted({*proofs, *(row for row in kept if row[0] in there)})  # type: ignore[list-item]


def files(cases: list[Case], proofs: list[Proof]) -> dict[Path, str]:
    """Both files and the text that they should have."""
    proofs = known(proofs, cases)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADER, *proofs])
    return {SEED: text.getvalue(), PAGE: page(proofs)}


def page(proofs: list[Proof]) -> str:
    """The page."""
    lines = [INTRODUCTION, "| source | entity | webhook | API | file |", "|---|---|---|---|---|"]
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for source, entity, door, kind in proofs:
        cells.setdefault((source, entity), {})[door] = kind
    for (source, entity), doors in sorted(cells.items()):
        lines.append(
            f"| {source} | {entity} | {' | '.join(doors.get(door, '') for door in DOORS)} |"
        )
    lines += [
        "",
        "## Where the payloads come from",
        "",
        "| source | kind | from |",
        "|---|---|---|",
    ]
    lines += origins(sorted({source for source, *_ in proofs}))
    return "\n".join(lines) + "\n"


def origins(names: list[str]) -> list[str]:
    """A row a provenance: the package with its version and hash, or the page."""
    import importlib

    lines = []
    for name in names:
        case: Case = importlib.import_module(f"tests.sources.{name}").CASE
        for provenance in sorted(case.provenance, key=lambda one: KINDS.index(one.kind)):
            package = provenance.package
            where = [f"{package}, sha256 `{package.sha256}`"] if package else []
            where += [f"<{provenance.url}>"] if provenance.url else []
            where += [provenance.note] if provenance.note else []
            lines.append(f"| {name} | {provenance.kind} | {'; '.join(where) or 'written here'} |")
    return lines


if __name__ == "__main__":
    for path, text in files([], []).items():
        path.write_text(text)
