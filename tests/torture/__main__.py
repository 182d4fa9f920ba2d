"""`python -m tests.torture`: the kills, the named points and the power cuts, in large numbers."""

import logging
import shutil
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.torture import powerloss
from tests.torture.harness import Harness
from tests.torture.points import POINTS

FOLDER = Path(tempfile.gettempdir()) / "engops-torture"
console = Console(highlight=False, soft_wrap=True)


def tell(sentence: str) -> None:
    """A line of progress."""
    console.print(f"{time.strftime('%H:%M:%S')} {sentence}", markup=False)


def main(
    kills: Annotated[int, typer.Option(help="Kills at random moments.")] = 200,
    cuts: Annotated[int, typer.Option(help="Power cuts.")] = 1_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same choices.")] = 1,
    weeks: Annotated[int, typer.Option(help="Weeks of the made-up organisation.")] = 3,
    services: Annotated[int, typer.Option(help="Its services.")] = 3,
    folder: Annotated[Path, typer.Option(help="Where all of it lies; emptied first.")] = FOLDER,
) -> None:
    """Kill, cut, compare, and print one table."""
    shutil.rmtree(folder, ignore_errors=True)
    logging.getLogger("pipelines").setLevel(logging.ERROR)
    if cuts:
        found = powerloss.cut_often(folder / "cuts", cuts, seed, told=lambda found: None)
        tell(str(found))
        assert not found.lost
    if kills:
        size = (weeks, services)
        result = Harness(folder / "kills", POINTS, kills, seed, size, tell).run()
        table = Table("victim", "while", "count")
        for line in result.lines():
            table.add_row(*line)
        console.print(table)
        result.check()


typer.run(main)
