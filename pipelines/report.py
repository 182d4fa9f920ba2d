"""The report: Evidence's command line, driven from the published database to a checked folder of static pages.

published/engops.duckdb (read-only) → Arrow files in Evidence's template → `evidence build` → audit → report/.
Evidence's exit code says nothing about broken queries, so its output is read and every expected page is looked for.
"""

import ctypes
import functools
import hashlib
import http.server
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb
import filelock
import pyarrow as pa

from pipelines import config, node

SOURCE = config.PROJECT / "reports"
# Where a page's [parameter] gets its values: the published table and column.
PARAMETERS = {
    "metric": ("rpt_metric_definitions", "metric_key"),
    "service": ("rpt_services", "service_slug"),
    "team": ("rpt_teams", "team_slug"),
}
# A page that has a parameter must be rendered at least once, also where nothing has been loaded.
NOTHING = "none"
COPIED = (
    "pages",
    "components",
    "packages",
    "static",
    "app.css",
    "evidence.settings.json",
    "package.json",
    "svelte.config.js",
)
INSTALL_SECONDS = 900
BUILD_SECONDS = 1800

log = logging.getLogger(__name__)


class ReportError(Exception):
    """No report was made, and the last one is untouched: what is wrong, where, and what to do."""


@dataclass(frozen=True)
class Rendered:
    """A report that passed its audit."""

    path: Path
    pages: int
    bytes: int
    seconds: float


@dataclass(frozen=True)
class Page:
    """A page that the site must have: its route (`/services/[service]`), its parameters' values, its queries."""

    route: str
    parameters: tuple[tuple[str, str], ...]
    queries: tuple[str, ...]

    @property
    def address(self) -> str:
        """Path of the page under the base path, with its trailing slash."""
        path = self.route
        for name, value in self.parameters:
            path = path.replace(f"[{name}]", value)
        return path if path.endswith("/") else f"{path}/"

    @property
    def answers(self) -> str:
        """File that says which prerendered answer belongs to which query of this page."""
        values = "\x1e".join(f"{name}\x1f{value}" for name, value in sorted(self.parameters))
        return f"api/{_md5(self.route)}/{_md5(values)}/all-queries.json"


def render(
    base_path: str = "", source: Path = SOURCE, time_limit: float = BUILD_SECONDS
) -> Rendered:
    """Render the published database into `$ENGOPS_DATA/report/`, replacing the former report as a whole.

    `base_path` is the path under which the site will be served (`/engops`), empty for a host's root. `time_limit` is
    in seconds. Raises `ReportError` where there is nothing to render, or a page or query is broken.
    """
    started = time.monotonic()
    base_path = _base_path(base_path)
    published = config.published_path()
    if not published.exists():
        raise ReportError(
            f"there is nothing to render: {published} does not exist. `engops build` makes and publishes it"
        )
    # A folder of its own: Evidence outlives an `engops report` that is killed, and goes on writing for a while.
    work = config.data_dir() / "report-build" / uuid.uuid4().hex
    try:
        with filelock.FileLock(config.data_dir() / "report.lock", timeout=0):
            environment = _environment()
            _install(environment, source)
            _prepare(work, source, base_path)
            pages = _load(published, work)
            _build(work, environment, len(pages), time_limit)
            site = work / "build"
            _audit(site, pages, base_path)
            _tidy(site, work / "pages")
            config.readable(site)
            final = config.data_dir() / "report"
            _swap(site, final)
            # tens of MB that the next run makes anew; the log stays
            shutil.rmtree(work, ignore_errors=True)
    except filelock.Timeout:
        raise ReportError(
            "another `engops report` is running on this data folder; wait for it to end"
        ) from None
    size = sum(file.stat().st_size for file in final.rglob("*") if file.is_file())
    rendered = Rendered(final, len(pages), size, time.monotonic() - started)
    log.info(
        "report: %s pages, %.1f MB, %.0f s → %s",
        rendered.pages,
        size / 1e6,
        rendered.seconds,
        final,
    )
    return rendered


def _base_path(text: str) -> str:
    """The base path with one leading slash and none at its end; empty for the root."""
    path = "/" + text.strip("/") if text.strip("/") else ""
    if not re.fullmatch(r"(/(?!\.+(/|$))[A-Za-z0-9._~-]+)*", path):
        raise ReportError(
            f"the base path {text!r} must be made of letters, digits, '.', '_', '~' and '-' between slashes, none of"
            " them dots alone"
        )
    return path


def _environment() -> dict[str, str]:
    """Environment of Node's tools: nothing asks another host for updates or statistics."""
    try:
        environment = node.environment()
    except node.NodeError as error:
        raise ReportError(str(error)) from None
    return environment | {
        "DO_NOT_TRACK": "1",
        "NO_UPDATE_NOTIFIER": "1",
        "npm_config_update_notifier": "false",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
        "FORCE_COLOR": "0",
        "NO_COLOR": "1",
        "CI": "true",
    }


def _install(environment: dict[str, str], source: Path) -> None:
    """`npm ci` where the lock changed since the last time; else what is there is used again."""
    stamp = source / "node_modules" / ".engops"
    wanted = _md5(
        (source / "package-lock.json").read_text() + (source / "package.json").read_text()
    )
    if stamp.exists() and stamp.read_text() == wanted:
        return
    lock = Path(tempfile.gettempdir()) / f"engops-npm-{_md5(str(source))}.lock"
    with filelock.FileLock(lock, timeout=INSTALL_SECONDS):
        if stamp.exists() and stamp.read_text() == wanted:
            return
        log.info("report: installing Evidence with npm ci (about a minute, 700 MB, once)")
        code, lines = _run(["npm", "ci"], source, environment, INSTALL_SECONDS, "npm ci")
        if code:
            raise ReportError(
                f"`npm ci` in {source} failed ({code}). Is the package registry reachable?\n{_tail(lines)}"
            )
        stamp.write_text(wanted)


def _prepare(work: Path, source: Path, base_path: str) -> None:
    """A fresh work folder with this project's pages, and none beside it; its node_modules is the checkout's."""
    shutil.rmtree(work.parent, ignore_errors=True)
    work.mkdir(parents=True)
    for name in COPIED:
        origin = source / name
        if origin.is_dir():
            shutil.copytree(origin, work / name)
        elif origin.exists():
            shutil.copy2(origin, work / name)
    (work / "node_modules").symlink_to(
        (source / "node_modules").resolve(), target_is_directory=True
    )
    settings = (source / "evidence.config.yaml").read_text()
    if base_path:
        settings += f"\ndeployment:\n  basePath: {base_path}\n"
    (work / "evidence.config.yaml").write_text(settings)


def _load(published: Path, work: Path) -> list[Page]:
    """Write what pages select as Arrow files into Evidence's template; returns the pages that must come out."""
    data = work / ".evidence" / "template" / "static" / "data"
    files = []
    with duckdb.connect(str(published), read_only=True) as connection:
        tables = [
            str(name)
            for (name,) in connection.execute(
                "select table_name from information_schema.tables"
                " where table_schema = 'marts' and table_name like 'rpt\\_%' escape '\\' order by table_name"
            ).fetchall()
        ]
        missing = sorted({table for table, _ in PARAMETERS.values()} - set(tables))
        if missing:
            raise ReportError(
                f"{published} has no marts.{', marts.'.join(missing)}: it was published by another version. "
                "`engops build` publishes it anew"
            )
        for table in tables:
            path = data / "marts" / table / f"{table}.arrow"
            path.parent.mkdir(parents=True)
            arrow = connection.sql(f"select * from marts.{table} order by all").to_arrow_table()
            with (
                pa.OSFile(str(path), "wb") as sink,
                pa.ipc.new_stream(sink, arrow.schema) as writer,
            ):
                # A table without rows still has its columns.
                for batch in arrow.to_batches(max_chunksize=50_000) or [_no_rows(arrow.schema)]:
                    writer.write_batch(batch)
            files.append(f"static/data/marts/{table}/{table}.arrow")
        pages = list(_pages(work / "pages", connection))
    (data / "manifest.json").write_text(json.dumps({"renderedFiles": {"marts": files}}))
    (work / "entries.json").write_text(json.dumps([page.address for page in pages]))
    return pages


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    """An empty batch."""
    return pa.RecordBatch.from_pylist([], schema=schema)


def _pages(folder: Path, connection: duckdb.DuckDBPyConnection) -> Iterator[Page]:
    """Every page that the Markdown files and the published rows ask for."""
    for file in sorted(folder.rglob("*.md")):
        route = "/" + file.relative_to(folder).with_suffix("").as_posix()
        route = re.sub(r"/index$", "", route) or "/"
        queries = tuple(re.findall(r"^```sql\s+(\w+)", file.read_text(), re.MULTILINE))
        names = re.findall(r"\[(\w+)\]", route)
        if not names:
            yield Page(route, (), queries)
            continue
        if len(names) > 1 or names[0] not in PARAMETERS:
            raise ReportError(
                f"{file}: the parameter of a page must be one of {', '.join(PARAMETERS)}; add another to "
                "pipelines/report.py, PARAMETERS"
            )
        table, column = PARAMETERS[names[0]]
        rows = connection.execute(f"select {column} from marts.{table} order by all").fetchall()
        for value in [str(value) for (value,) in rows] or [NOTHING]:
            yield Page(route, ((names[0], value),), queries)


def _build(work: Path, environment: dict[str, str], pages: int, time_limit: float) -> None:
    """Run `evidence build`, and believe its words rather than its exit code."""
    log.info("report: rendering %s pages with Evidence", pages)
    ended = threading.Event()
    threading.Thread(target=_tell, args=(work, pages, ended), daemon=True).start()
    try:
        code, lines = _run(
            ["npx", "--no-install", "evidence", "build"],
            work,
            environment,
            time_limit,
            "evidence build",
        )
    finally:
        ended.set()
    told = work.with_name("build.log")
    told.write_text("\n".join(lines))
    broken = sorted({line.strip() for line in lines if "Error in Query!" in line})
    if broken:
        raise ReportError(
            f"{len(broken)} broken queries in {SOURCE / 'pages'}; mend their SQL or the rpt_ model that they select "
            f"from (log: {told}):\n" + "\n".join(broken[:20])
        )
    if code or not (work / "build" / "index.html").exists():
        raise ReportError(
            f"Evidence did not build the site (exit code {code}); log: {told}\n{_tail(lines)}"
        )


def _tell(work: Path, pages: int, ended: threading.Event) -> None:
    """Say every few seconds how far the rendering is, as Evidence itself is silent."""
    rendered = work / ".evidence" / "template" / ".svelte-kit" / "output" / "prerendered" / "pages"
    started = time.monotonic()
    while not ended.wait(15):
        done = sum(1 for _ in rendered.rglob("index.html"))
        doing = f"{min(done, pages)} of {pages} pages" if done else "bundling"
        log.info("report: %s (%.0f s)", doing, time.monotonic() - started)


def _audit(site: Path, pages: list[Page], base_path: str) -> None:
    """Every page that the published rows ask for is there, holds content, and has the answer of each of its queries."""
    faults = []
    for page in pages:
        file = site / page.address.strip("/") / "index.html"
        if not file.exists():
            faults.append(f"{page.address}: the page is missing")
            continue
        if "</main>" not in file.read_text():
            faults.append(f"{page.address}: the page has no content")
        answers = site / page.answers
        held: dict[str, Any] = json.loads(answers.read_text()) if answers.exists() else {}
        for query in page.queries:
            answer = held.get(f"{query}_data")
            if (
                not answer
                or not (site / "api" / "prerendered_queries" / f"{answer}.arrow").exists()
            ):
                faults.append(f"{page.address}: the query {query} has no answer")
    if faults:
        raise ReportError(
            f"{len(faults)} faults in the rendered site under {base_path or '/'}; the former report stays:\n"
            + "\n".join(faults[:20])
        )


def _tidy(site: Path, pages: Path) -> None:
    """Leave out Evidence's own pages, and where no page takes a reader's input, the engine and its tables."""
    for name in ("settings", "explore", "fix-tprotocol-service-worker.js"):
        path = site / name
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    if any("inputs." in file.read_text() for file in pages.rglob("*.md")):
        return
    for file in [*site.glob("_app/immutable/**/duckdb-*"), *site.glob("data/**/*.arrow")]:
        file.unlink()


def _swap(site: Path, final: Path) -> None:
    """Put the new site in the place of the former one, in one step where the system can."""
    if not final.exists():
        site.rename(final)
        return
    if not _exchange(site, final):
        former = final.with_name(f".{final.name}.former")
        shutil.rmtree(former, ignore_errors=True)
        final.rename(former)
        site.rename(final)
        shutil.rmtree(former)
        return
    shutil.rmtree(site)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step (Linux); false where the system or file system cannot."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    here, exchange = -100, 2
    return bool(renameat2(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)


def _run(
    command: list[str], folder: Path, environment: dict[str, str], seconds: float, what: str
) -> tuple[int, list[str]]:
    """Run a command to its end, with its output at debug level; kill all of it at the time limit."""
    started = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        umask=0o022,  # node_modules of a checkout that several people share
    ) as process:
        lines: list[str] = []
        timed_out = False

        def stop(*_: object) -> None:
            nonlocal timed_out
            timed_out = True
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            for line in process.stdout or ():
                lines.append(line.rstrip())
                log.debug("report: %s", lines[-1])
        except BaseException:
            stop()
            raise
        finally:
            timer.cancel()
        code = process.wait()
    if timed_out:
        raise ReportError(
            f"{what} did not end within {seconds:.0f} s and was stopped; its last words:\n{_tail(lines)}"
        )
    log.info("report: %s ended after %.0f s", what, time.monotonic() - started)
    return code, lines


def _tail(lines: list[str], count: int = 30) -> str:
    """The last lines of an output."""
    return "\n".join(lines[-count:])


def _md5(text: str) -> str:
    """Evidence's names of routes and parameters."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Files of the site under its base path."""

    extensions_map = {  # noqa: RUF012
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".arrow": "application/vnd.apache.arrow.stream",
        ".wasm": "application/wasm",
        ".js": "text/javascript",
    }

    def __init__(self, *arguments: Any, base_path: str = "", **options: Any) -> None:
        self.base_path = base_path
        super().__init__(*arguments, **options)

    def translate_path(self, path: str) -> str:
        """The file of an address; nothing outside the base path."""
        path = unquote(urlsplit(path).path)
        if not f"{path}/".startswith(f"{self.base_path}/"):
            return str(Path(self.directory) / ".outside")
        return super().translate_path(path[len(self.base_path) :] or "/")

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Quiet."""


def server(folder: Path, base_path: str = "", port: int = 0) -> http.server.ThreadingHTTPServer:
    """A web server of a rendered site on loopback; port 0 takes a free one. Call `serve_forever` on it."""
    handler = functools.partial(_Handler, directory=str(folder), base_path=_base_path(base_path))
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)


def serve(base_path: str = "", port: int = 0, open_browser: bool = True) -> None:
    """Serve the report on loopback until interrupted, since a browser shows no such site from files."""
    folder = config.data_dir() / "report"
    if not folder.exists():
        raise ReportError(f"there is no report in {folder}: `engops report` renders it")
    with server(folder, base_path, port) as web:
        address = f"http://127.0.0.1:{web.server_port}{_base_path(base_path)}/"
        log.info("report: %s (Ctrl-C ends it)", address)
        if open_browser:
            webbrowser.open(address)
        try:
            web.serve_forever()
        except KeyboardInterrupt:
            log.info("report: ended")
