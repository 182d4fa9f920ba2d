"""A whole organisation's half year, made by a seeded generator in GitHub's own formats, with the truth beside it.

`generate` writes a folder; `land` takes it through the same functions as a company's own data:

- `github/*.jsonl`: webhook deliveries, one a line (`headers`, `received_at`, `body` as the text that was sent),
- `repositories/*.git`: the repositories whose commits those deliveries name,
- `seeds/*.csv`: what the company says about itself,
- `truth/*.jsonl`: what happened, written by the story as it made it happen (`pipelines.demo.truth`).
"""

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from pipelines.demo.organisation import organisation, write_seeds
from pipelines.demo.story import Story

END = date(2026, 11, 1)
MARK = "engops-demo"


def generate(
    folder: Path,
    *,
    seed: int = 1,
    weeks: int = 26,
    services: int = 12,
    scale: float = 1.0,
    end: date = END,
    slim: bool = False,
) -> dict[str, int]:
    """Write the demo organisation into `folder`, replacing what was generated there before.

    Equal arguments give equal bytes. `end` is the last day,
    and the weeks before it begin on a Monday where it is a Sunday;
    `scale` multiplies the changes; `slim` leaves out address templates. Returns how many rows each kind of
    file has.
    Raises `ValueError` for a folder that holds something else.
    """
    if weeks < 1 or services < 1 or scale <= 0:
        raise ValueError(
            f"weeks ({weeks}) and services ({services}) must be at least 1, scale ({scale}) above 0"
        )
    _clear(folder)
    after = datetime(end.year, end.month, end.day, tzinfo=UTC) + timedelta(days=1)
    finish = int(after.timestamp())
    company = organisation(finish - weeks * 604800, finish, services)
    write_seeds(company, folder / "seeds")
    counts: dict[str, int] = {}
    files: dict[str, TextIO] = {}

    def record(table: str, row: dict[str, Any]) -> None:
        if table not in files:
            files[table] = (folder / "truth" / f"{table}.jsonl").open("w", encoding="utf-8")
        files[table].write(json.dumps(row, ensure_ascii=False) + "\n")
        counts[table] = counts.get(table, 0) + 1

    for name in ("truth", "github", "repositories"):
        (folder / name).mkdir()
    try:
        for plan in company.plans:
            with (folder / "github" / f"{plan.name}.jsonl").open("w", encoding="utf-8") as payloads:
                story = Story(
                    plan,
                    company,
                    folder,
                    seed=seed,
                    scale=scale,
                    slim=slim,
                    record=record,
                    payloads=payloads,
                )
                story.run()
            counts["payloads"] = counts.get("payloads", 0) + story.sent
    finally:
        for file in files.values():
            file.close()
    return counts


def _clear(folder: Path) -> None:
    """Empty a folder that an earlier run made; never one that somebody else did."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise ValueError(
                f"{folder} is not empty and no demo was generated there: name another folder"
            )
        for part in folder.iterdir():
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("Generated; `engops demo` replaces this folder.\n")


def land(folder: Path) -> None:
    """Land a generated folder: each repository as a clone, each delivery as a webhook."""
    from pipelines import git, github

    for repository in sorted((folder / "repositories").iterdir()):
        git.load(repository)
    github.load_webhooks(folder / "github")
