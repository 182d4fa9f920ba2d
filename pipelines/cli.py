"""The command line `engops`: each command is one call that a data team could make itself.

Exit codes, for schedulers: 0 done; 1 a step failed; 2 wrong usage or configuration; 3 the data did not pass its tests,
so that nothing was published; 4 another process is writing the warehouse, try again later.
"""

import importlib
import inspect
import logging
import os
import pkgutil
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer
from dlt.common.configuration.providers.toml import TomlProviderReadException
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import pipelines
from pipelines import config, doctor, proposals, seeds, settings, warehouse
from pipelines import report as pages
from pipelines.console import console, errors, log_to_console
from pipelines.landing import BusyError, LoadError, LoadSummary, busy, cause
from pipelines.webhooks import folder
from pipelines.webhooks.contract import webhooks as webhook_sources

FAILED, USAGE, TESTS, BUSY = 1, 2, 3, 4

app = typer.Typer(
    help="An open warehouse for engineering operations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
)
Target = Annotated[str | None, typer.Option(help="Target of profiles.yml to build on.")]
FullRefresh = Annotated[bool, typer.Option("--full-refresh", help="From the beginning.")]
Since = Annotated[datetime | None, typer.Option(help="Load nothing older than this (UTC).")]
BasePath = Annotated[str, typer.Option(help="Path under which the report is served.")]
Open = Annotated[bool, typer.Option("--open", help="Serve the report here and open it.")]


@app.callback()
def main(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False,
) -> None:
    """Set up what every command needs: where progress goes."""
    log_to_console(logging.DEBUG if verbose else logging.INFO)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what can be expected to go wrong into one clear message and the exit code that a scheduler acts on."""
    try:
        yield
    except BusyError as error:
        _stop(BUSY, error)
    except warehouse.RefusedError as error:
        _stop(TESTS, f"nothing was published: {error}")
    except TomlProviderReadException as error:
        _stop(USAGE, " ".join(str(error).split()))
    except seeds.SeedError as error:
        _stop(USAGE, error)
    except (LoadError, pages.ReportError) as error:
        _stop(FAILED, error)


def _stop(code: int, message: object) -> None:
    """Say what is wrong on the error stream, and end with `code`."""
    errors.print(f"engops: {message}", markup=False)
    raise typer.Exit(code)


@app.command()
def load(
    source: Annotated[
        list[str] | None, typer.Argument(help="Sources; all configured ones where none is named.")
    ] = None,
    since: Since = None,
    full_refresh: FullRefresh = False,
    repo: Annotated[
        Path | None, typer.Option(help="git: one clone, in place of the configured ones.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="git: the repository's key, in place of its origin.")
    ] = None,
    tag_regex: Annotated[
        str | None, typer.Option(help="git: tags that are releases, matched as a whole.")
    ] = None,
    webhooks: Annotated[
        Path | None, typer.Option(help="A folder of recorded deliveries to land.")
    ] = None,
    path: Annotated[
        Path | None, typer.Option(help="A file or folder, for sources that read files.")
    ] = None,
    hours: Annotated[
        str | None,
        typer.Option(help="Hours of the public archive, `2024-01-01-0..2024-01-01-23`."),
    ] = None,
    repositories: Annotated[
        str | None,
        typer.Option(help="Of the archive these alone, `owner/name` or `owner`, with commas."),
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="quarantine: land what can be read by now.")
    ] = False,
) -> None:
    """Land what the tools emit: run the sources that are configured, or those named."""
    given = {
        "since": since,
        "full_refresh": full_refresh or None,
        "repo": repo,
        "name": name,
        "tag_regex": tag_regex,
        "webhooks": webhooks,
        "path": path,
        "hours": hours,
        "repositories": repositories,
        "retry": retry or None,
    }
    options = {key: value for key, value in given.items() if value is not None}
    with explained(), warehouse.writing("load"):
        _end(_load(source or [], options))


def _end(failed: list[str]) -> None:
    """End the command where a source failed."""
    if failed:
        _stop(FAILED, f"not loaded: {', '.join(failed)}")


def _load(names: list[str], options: dict[str, Any]) -> list[str]:
    """Load the sources one after the other, each whatever became of the others; returns those that failed."""
    known = sources()
    loads = {name: module.load for name, module in known.items()}
    if "webhooks" in options:
        takers = {name for name, take in loads.items() if "webhooks" in _options(take)}
        loads |= {name: folder.folder_of(name) for name in webhook_sources().keys() - takers}
    unknown = [name for name in names if name not in loads]
    if unknown and webhook_sources().keys() >= set(unknown):
        _stop(
            USAGE,
            f"{', '.join(unknown)}: known by webhooks alone; "
            "`engops load webhooks` lands what `engops serve` received, --webhooks a folder of recorded deliveries",
        )
    if unknown:
        _stop(USAGE, f"no source is called {', '.join(unknown)}; there are: {', '.join(known)}")
    wrong = settings.wrong({*known, *webhook_sources()})
    right = {name: module for name, module in known.items() if name not in wrong and not names}
    chosen, lacking = settings.standing(right)
    wrong |= {name: [f"partly configured: {missing}"] for name, missing in lacking.items()}
    chosen = names or chosen
    failed = [section for section in wrong if section in names or not names]
    for section in failed:
        for problem in wrong[section]:
            errors.print(f"engops: load {section}: {problem}", markup=False)
    if not chosen and not failed:
        _stop(
            USAGE,
            f"no source is configured (.dlt/config.toml); there are: {', '.join(known)}. `engops doctor` says how",
        )
    accepted = {name: _options(loads[name]) for name in chosen}
    for name in names:
        foreign = [f"--{key.replace('_', '-')}" for key in options if key not in accepted[name]]
        if foreign:
            _stop(USAGE, f"the source {name} takes no {', '.join(foreign)}")
    for name in chosen:
        if name in failed:
            continue
        started = time.monotonic()
        try:
            summary: LoadSummary = loads[name](
                **{key: value for key, value in options.items() if key in accepted[name]}
            )
        except Exception as error:  # one source's trouble, whatever it is, must not keep the others
            if held := busy(error):
                raise held from None  # and it is open for the others too
            errors.print(f"engops: load {name}: {cause(error)}", markup=False)
            logging.getLogger("pipelines").debug("load %s", name, exc_info=True)
            failed.append(name)
            continue
        rows = ", ".join(f"{count:,} {entity}" for entity, count in summary.rows.items() if count)
        console.print(
            f"load {name}: {rows or 'nothing new'} ({time.monotonic() - started:.0f} s)",
            markup=False,
        )
        for note in summary.notes:
            console.print(f"  {note}", markup=False)
    return failed


def _options(load: Callable[..., LoadSummary]) -> Collection[str]:
    """What the load of a source takes."""
    return inspect.signature(load).parameters


def sources() -> dict[str, ModuleType]:
    """Every source by name: a folder in `pipelines/` whose package has `load` and `configured`."""
    found = {}
    for entry in pkgutil.iter_modules(pipelines.__path__):
        if entry.ispkg:
            module = importlib.import_module(f"pipelines.{entry.name}")
            if hasattr(module, "load") and hasattr(module, "configured"):
                found[entry.name] = module
    return found


@app.command()
def serve(
    source: Annotated[
        list[str] | None,
        typer.Argument(help="Sources; every one that has a secret where none is named."),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8787,
    insecure: Annotated[
        list[str] | None,
        typer.Option(help="A source that may be without a secret: anybody's deliveries are kept."),
    ] = None,
    max_body: Annotated[int, typer.Option(help="Largest body, MiB.", min=1, max=100)] = 25,
    spool_limit: Annotated[int, typer.Option(help="Largest spool, GiB.", min=1)] = 10,
) -> None:
    """Receive webhooks: prove each, keep it on disk until `engops load webhooks`, and only then say so (202)."""
    from pipelines.webhooks import server

    try:
        server.serve(
            source or [],
            insecure or [],
            host=host,
            port=port,
            max_body=max_body * 2**20,
            limit=spool_limit * 2**30,
            tell=lambda sentence: console.print(f"serve: {sentence}", markup=False),
        )
    except server.ServeError as error:
        _stop(USAGE, error)
    except server.StartError as error:
        _stop(FAILED, error)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def build(
    context: typer.Context,
    target: Target = None,
    select: Annotated[
        str | None, typer.Option(help="A part of the graph; a part is never published.")
    ] = None,
    full_refresh: FullRefresh = False,
) -> None:
    """Build and test the models (`dbt build`, further options passed on), then publish if everything passed."""
    with explained(), warehouse.writing("build"):
        _build(*context.args, target=target, select=select, full_refresh=full_refresh)
        if select is None and not context.args:
            _publish()


def _build(*arguments: str, **options: Any) -> None:
    """Build with progress; ends the command where something did not pass."""
    seeds.link()
    with _progress("build") as advance:
        built = warehouse.build(*arguments, progress=advance, **options)
    counts = ", ".join(
        f"{built.counts[kind]} {kind.replace('_', ' ')}s"
        for kind in ("seed", "model", "unit_test", "test")
        if kind in built.counts
    )
    if built.ok:
        console.print(f"build: {counts} passed ({built.seconds:.0f} s)", markup=False)
        return
    told = [failure for failure in built.failures if failure.status != "skipped"]
    for failure in told[:20]:
        errors.print(f"  {failure}", markup=False)
    skipped = len(built.failures) - len(told)
    if skipped:
        errors.print(f"  {skipped} more were skipped because of these", markup=False)
    if built.error:
        errors.print(built.error, markup=False)
    kept = "; what was published before stays" if config.published_path().exists() else ""
    if built.only_tests_failed:
        _stop(TESTS, f"{len(told)} of the tests failed, nothing is published{kept}")
    _stop(FAILED, f"the build failed, nothing is published{kept}")


@contextmanager
def _progress(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal, a line at each tenth elsewhere."""
    if not console.is_terminal:
        seen = {"tenth": -1}

        def advance(layer: str, done: int, total: int) -> None:
            tenth = 10 * done // max(total, 1)
            if tenth > seen["tenth"]:
                seen["tenth"] = tenth
                console.print(f"{what}: {done} of {total} ({layer})", markup=False)

        yield advance
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda layer, done, total: bar.update(
            task, description=f"{what}: {layer}", completed=done, total=total
        )


@contextmanager
def _counting(what: str) -> Iterator[Callable[[str, int], None]]:
    """A running count on a terminal; elsewhere the sources' own lines and the summary are enough."""
    if not console.is_terminal:
        yield lambda entity, rows: None
        return
    with console.status(what) as status:
        yield lambda entity, rows: status.update(f"{what}: {rows:,} {entity}")


@app.command()
def publish() -> None:
    """Replace the published database by the last build, if that was whole and everything passed."""
    with explained(), warehouse.writing("publish"):
        _publish()


def _publish() -> None:
    """Publish and say where."""
    path = warehouse.publish()
    console.print(f"publish: {path} ({path.stat().st_size / 2**20:.1f} MiB)", markup=False)


@app.command()
def report(
    base_path: BasePath = "",
    open_it: Open = False,
    serve: Annotated[
        bool, typer.Option("--serve", help="Render nothing: serve what is there, and open it.")
    ] = False,
) -> None:
    """Render the static pages from the published database."""
    with explained():
        if not serve:
            _report(base_path)
        if open_it or serve:
            pages.serve(base_path)


@app.command()
def run(
    since: Since = None,
    target: Target = None,
    full_refresh: FullRefresh = False,
    base_path: BasePath = "",
) -> None:
    """What a schedule calls: load, build, publish, report. A source that fails does not stop the others."""
    options = {"since": since} if since else {}
    with explained(), warehouse.writing("run"):
        failed = _load([], options | ({"full_refresh": True} if full_refresh else {}))
        _build(target=target, full_refresh=full_refresh)
        _publish()
        _report(base_path)
        _end(failed)


@app.command(name="doctor")
def doctor_command(
    offline: Annotated[bool, typer.Option("--offline", help="Ask no tool's API.")] = False,
) -> None:
    """What is configured, reachable, landed, fresh and mapped, and what to do next."""
    with explained():
        for line in doctor.report(sources(), offline=offline):
            console.print(line, markup=False)


@app.command()
def init(
    write: Annotated[bool, typer.Option("--write", help="Append the rows to the seeds.")] = False,
) -> None:
    """Propose rows of the company's seeds from what has landed; rows that stand there are never changed."""
    with explained():
        for made in seeds.add_missing_files():
            console.print(f"init: made {made} with its header", markup=False)
        path = config.warehouse_path()
        if not path.exists():
            _stop(USAGE, "nothing has landed yet: `engops load` and `engops build` first")
        with warehouse.reading() as connection:
            if not proposals.is_built(connection):
                _stop(USAGE, "nothing has been built yet: `engops load` and `engops build` first")
            found = proposals.propose(connection)
        for proposal in found:
            cells = ", ".join(f"{key}={value}" for key, value in proposal.row.items() if value)
            console.print(f"{proposal.seed}: {cells}\n    because {proposal.why}", markup=False)
        if not found:
            console.print("init: the seeds mention everything that has landed", markup=False)
        elif write:
            seeds.append(found)
            console.print(
                f"init: {len(found)} rows added in {seeds.folder()}; read them, then `engops build`",
                markup=False,
            )
        else:
            console.print(
                f"init: {len(found)} rows proposed; `engops init --write` adds them",
                markup=False,
            )


def _report(base_path: str) -> None:
    """Render the pages; the renderer itself says how far it is, and where they are."""
    pages.render(base_path=base_path)


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="Another seed is another organisation.")] = 1,
    weeks: Annotated[int, typer.Option(help="Weeks of history.")] = 26,
    services: Annotated[int, typer.Option(help="Number of services.")] = 12,
    scale: Annotated[float, typer.Option(help="How many times as many changes.")] = 1.0,
    open_it: Open = False,
) -> None:
    """Make up an organisation, and land, build, publish and render it, apart from the company's own data."""
    from pipelines import demo as organisation

    # A folder of its own, so that nothing made up ever mixes with what is real.
    own = config.data_dir() / "demo"
    os.environ["ENGOPS_DATA"] = str(own)
    os.environ["DBT_TARGET_PATH"] = str(own / "target")
    os.environ["ENGOPS_SEEDS"] = str(own / "generated" / "seeds")
    with explained(), warehouse.writing("demo"):
        try:
            counts = organisation.generate(
                own / "generated", seed=seed, weeks=weeks, services=services, scale=scale
            )
        except ValueError as error:
            _stop(USAGE, error)
        console.print(
            f"demo: {counts['payloads']:,} payloads made up in {own / 'generated'}", markup=False
        )
        # From nothing each time, so that the same seed gives the same numbers.
        config.warehouse_path().unlink(missing_ok=True)
        shutil.rmtree(own / "dlt", ignore_errors=True)
        rows: Counter[str] = Counter()
        with _counting("load") as advance:
            for summary in organisation.land(own / "generated", progress=advance):
                rows.update(
                    {f"raw_{summary.source}.{name}": count for name, count in summary.rows.items()}
                )
        console.print(f"load: {sum(rows.values()):,} rows in {len(rows)} raw tables", markup=False)
        _build()
        _publish()
        _report("")
    console.print(
        f"\nThe report of the made-up organisation is in {_near(own / 'report')}. To open it:\n\n"
        f"    ENGOPS_DATA={_near(own)} {_near(Path(sys.executable).with_name('engops'))} report --serve\n\n"
        f"Its numbers by SQL: {_near(config.published_path())}",
        markup=False,
    )
    if open_it:
        pages.serve()


def _near(path: Path) -> Path:
    """A path as one would type it here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    app()
