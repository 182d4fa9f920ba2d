"""A whole organisation's half year, made by a seeded generator in its tools' own formats, with the truth beside it.

`generate` writes a folder; `land` takes it through the same functions as a company's own data:

- `<source>/*.jsonl`: webhook deliveries, one a line (`headers`, `received_at`, `body` as the text that was sent),
- `api/*.jsonl`: what GitHub's API listed in the end, which makes up for an outage (`pipelines.demo.answers`),
- `spoiled/*.jsonl`: a few deliveries with something wrong, for the quarantine (`pipelines.demo.spoiled`),
- `repositories/*.git`: the repositories whose commits those deliveries name,
- `seeds/*.csv`: what the company says about itself,
- `truth/*.jsonl`: what happened, written by the story as it made it happen (`pipelines.demo.truth`).
"""

import json
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from pipelines import git, github, landing, seeds
from pipelines.demo import answers, spoiled
from pipelines.demo.organisation import organisation, vouched, write_seeds
from pipelines.demo.story import Story
from pipelines.landing import LoadSummary
from pipelines.webhooks.folder import load_folder

END = date(2026, 11, 1)
MARK = "engops-demo.json"


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

    Equal arguments give equal bytes. `end` is the last day; where it is a Sunday, weeks begin on Mondays. `scale`
    multiplies the changes; `slim` leaves out address templates, for payloads of half the size. Returns how many rows
    each table of the truth has, and how many payloads there are. Raises `ValueError` for numbers that make no
    organisation, and for a folder that holds something else.
    """
    if weeks < 1 or services < 1 or scale <= 0:
        raise ValueError(
            f"weeks ({weeks}) and services ({services}) must be at least 1, scale ({scale}) above 0"
        )
    until = datetime(end.year, end.month, end.day, tzinfo=UTC) + timedelta(days=1)
    since = until - timedelta(weeks=weeks)
    company = organisation(int(since.timestamp()), int(until.timestamp()), services)
    about = {"complete_from": since.isoformat(), "complete_until": until.isoformat()}
    _clear(folder, about | {"vouched": vouched(company)})
    write_seeds(company, folder / "seeds")
    seeds.add_missing_files(folder / "seeds")
    counts: dict[str, int] = {}
    files: dict[str, TextIO] = {}

    def record(table: str, row: dict[str, Any]) -> None:
        if table not in files:
            files[table] = (folder / "truth" / f"{table}.jsonl").open("w", encoding="utf-8")
        files[table].write(json.dumps(row, ensure_ascii=False) + "\n")
        counts[table] = counts.get(table, 0) + 1

    for name in ("truth", "api", "repositories", *{s for plan in company.plans for s in plan.told}):
        (folder / name).mkdir()
    try:
        for plan in company.plans:
            with ExitStack() as stack:
                payloads = {
                    source: stack.enter_context(
                        (folder / source / f"{plan.name}.jsonl").open("w", encoding="utf-8")
                    )
                    for source in plan.told
                }
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
            if plan.tools.forge == "github":
                story.answers.write(folder)
            counts["payloads"] = counts.get("payloads", 0) + story.sent
    finally:
        for file in files.values():
            file.close()
    spoiled.write(folder)
    return counts


def _clear(folder: Path, about: dict[str, Any]) -> None:
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
    (folder / MARK).write_text(
        json.dumps({"note": "generated; the next run replaces this folder"} | about)
    )


def land(folder: Path, progress: Callable[[str, int], None] | None = None) -> list[LoadSummary]:
    """Land a generated folder: each repository as a clone, each delivery as a webhook, each answer as the API's.

    `progress` is called with an entity and how many rows there are so far. Raises `FileNotFoundError` where no demo was
    generated in the folder.
    """
    about = json.loads((folder / MARK).read_text())
    loads = [
        git.load(repository, progress=progress)
        for repository in sorted((folder / "repositories").iterdir())
    ]
    # the story knows that it told everything between these two: a week without deployments is a week with none
    span = {key: datetime.fromisoformat(about[key]) for key in ("complete_from", "complete_until")}
    loads.append(github.load_webhooks(folder / "github", **span, progress=progress))
    loads.append(github.load_webhooks(folder / "spoiled"))
    for source, scopes in about["vouched"].items():
        ledger = [landing.coverage(*scope, *span.values()) for scope in scopes]
        told = load_folder(source, folder / source, ledger=partial(iter, ledger), progress=progress)
        loads.append(told)
    return [*loads, answers.land(folder / "api", span["complete_until"])]
