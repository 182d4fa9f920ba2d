"""What a company says about itself: where its seeds lie, what they hold, and rows added to them."""

import csv
import hashlib
import io
import os
from pathlib import Path
from typing import NamedTuple

from pipelines import config

SHIPPED = config.PROJECT / "seeds" / "company"
REFERENCE = config.PROJECT / "seeds" / "reference"


class SeedError(Exception):
    """The company's seeds cannot be used as they are; the text says which and what to do."""


class Proposal(NamedTuple):
    """One row that a company may want to add to a seed, and why: `what` no seed mentions, as `source` calls it."""

    seed: str
    row: dict[str, str]
    why: str
    source: str = ""
    what: str = ""


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
