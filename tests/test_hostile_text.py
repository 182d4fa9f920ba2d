"""Hostile text stays text, from what a tool sends to what a browser shows: landed, built, published, rendered, read.

What each text tries is in `tests/hostile.py`. A page fails here where it opens a dialog, runs or draws anything that a
text asked for, asks another host, links to anything but http(s), or shows a name otherwise than letter by letter.
"""

import asyncio
import json
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from typer.testing import CliRunner

from pipelines import cli, demo, landing, report, seeds, warehouse, webhooks
from pipelines.console import STEERING, shown
from pipelines.webhooks import contract, drain
from pipelines.webhooks.app import create_app
from pipelines.webhooks.spool import Spool
from tests.conftest import PROJECT, Place, shared
from tests.hostile import HOST, TEXTS, Hostile, Item, nasty
from tests.signing import signed
from tests.test_report import chromium
from tests.test_secrets_stay import OLD, SECRETS, found

TABS = 6
# What a text could have brought into a page.
BROUGHT = """() => [...document.querySelectorAll('main *')].filter(each =>
    /^(script|img|iframe|link|style|object|embed|meta|base|form|input|video|audio|title)$/i.test(each.localName)
        && !each.closest('svg')
    || [...each.attributes].some(one => /^on/i.test(one.name))).map(each => each.outerHTML.slice(0, 200))"""
LINKS = """() => [...document.querySelectorAll('[href], [src], [action]')].map(each => each.href || each.src)
    .map(url => url?.baseVal ?? url).filter(url => !/^https?:\\/\\//i.test(url))"""


def through_receiver(folder: Path, files: list[Path]) -> None:
    """Deliver recorded files, signed, as their vendor would; each is acknowledged, and gone from where it was."""
    spool = Spool(folder)
    spool.start()
    app = create_app({"github": contract.webhooks()["github"]}, {"github": [OLD]}, spool)

    async def deliver(client: httpx.AsyncClient, line: Item) -> int:
        body = line["body"].encode()
        told = {name: value.encode("ascii", "ignore") for name, value in line["headers"].items()}
        proof = {name: value.encode() for name, value in signed("github", OLD, body).items()}
        named = {name.lower().encode(): value for name, value in (proof | told).items()}
        answer = await client.post("/webhooks/github", content=body, headers=list(named.items()))
        return answer.status_code

    async def run(lines: list[Item]) -> set[int]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
            return set(await asyncio.gather(*(deliver(client, line) for line in lines)))

    for file in files:
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        assert asyncio.run(run(lines)) == {202}
        file.unlink()
    spool.close()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Place:
    """The demo organisation in hostile hands: landed, built with every test, published and rendered."""

    def make(place: Place) -> None:
        generated = place.folder / "generated"
        demo.generate(generated, weeks=2, services=4, slim=True)
        sample = next(
            line
            for path in sorted((generated / "github").glob("*.jsonl"))
            for line in map(json.loads, path.read_text().splitlines())
            if line["headers"]["X-GitHub-Event"] == "pull_request"
        )
        told = Hostile(generated)
        told.run()
        # what no well-behaved sender makes, and one repository, come through the receiver and its spool
        (generated / "github" / "nasty.jsonl").write_bytes(b"\n".join(nasty(sample)))
        through_receiver(
            place.data / "spool",
            [generated / "github" / "nasty.jsonl", generated / "github" / "checkout.jsonl"],
        )
        (place.folder / "names.json").write_text(json.dumps(sorted(told.shown)))
        os.environ["ENGOPS_SEEDS"] = str(generated / "seeds")
        with pytest.MonkeyPatch.context() as patch:
            for name, secret in SECRETS.items():
                patch.setenv(name, secret)
            demo.land(generated)
            webhooks.load()
            assert not drain.waiting()
            kept = landing.landed("select event, payload ->> 'path' from raw_github.quarantine")
            assert len(kept) >= 11
            assert all(re.fullmatch(r"[\w.]+", event) for event, _ in kept)
            assert all(re.fullmatch(r"[$\w.*\[\]…]+", path) for _, path in kept if path)
            seeds.link()
            built = warehouse.build()
            assert built.ok, [str(failure) for failure in built.failures] or built.error
            warehouse.publish()
            report.render()

    return shared("hostile", tmp_path_factory, worker_id, make)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield started
        started.close()


def watch(page: Page, origin: str, faults: list[str]) -> None:
    """Write down what a page must not do."""

    def noted(what: str) -> None:
        faults.append(f"{page.url}: {what}")

    def asked(dialog: object) -> None:
        noted(f"opens a dialog: {dialog}")
        dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", asked)
    page.on("pageerror", lambda error: noted(f"breaks: {error}"))
    page.on("console", lambda said: noted(said.text) if said.type in ("error", "warning") else None)
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((f"{origin}/", "data:"))
            else noted(f"asks another host: {request.url}")
        ),
    )
    page.on("popup", lambda other: noted(f"opens {other.url}"))


@pytest.mark.slow
def test_every_page_shows_text_and_runs_nothing(hostile: Place, browser: Browser) -> None:
    with duckdb.connect(str(hostile.published), read_only=True) as connection:
        pages = list(report._pages(report.SOURCE / "pages", connection))
        names = {
            f"/{kind}s/{slug}/": name
            for kind in ("service", "team")
            for slug, name in connection.execute(
                f"select {kind}_slug, {kind}_name from marts.rpt_{kind}s"
            ).fetchall()
        }
    # the texts reached the pages: otherwise nothing is shown here
    assert set(json.loads((hostile.folder / "names.json").read_text())) <= set(names.values())
    assert all(any(text in name for name in names.values()) for text in TEXTS.values())
    faults: list[str] = []
    with report.server(hostile.data / "report") as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{web.server_port}"
        tabs = [browser.new_context().new_page() for _ in range(TABS)]
        for tab in tabs:
            watch(tab, origin, faults)
        for start in range(0, len(pages), TABS):
            turn = list(zip(tabs, pages[start : start + TABS], strict=False))
            for tab, page in turn:
                tab.goto(f"{origin}{page.address}", wait_until="commit")
            for tab, page in turn:
                tab.wait_for_load_state("networkidle")
                faults += checked(tab, page.address, names.get(page.address))
        web.shutdown()
    assert not faults, "\n".join(faults)


def checked(tab: Page, address: str, name: str | None) -> list[str]:
    """What is wrong with one page that has been drawn."""
    faults = []
    if tab.evaluate("window.__pwned") is not None:
        faults.append("ran what a text said")
    if tab.evaluate("({}).polluted") is not None:
        faults.append("has another prototype of objects")
    headings = tab.locator("main h1").all_text_contents()
    if len(headings) != 1:
        faults.append(f"has {len(headings)} headings")
    elif name is not None and headings[0] != name:
        faults.append(f"shows {headings[0][:200]!r} and not {name[:200]!r}")
    if brought := tab.evaluate(BROUGHT):
        faults.append(f"holds what a text brought: {brought[:3]}")
    if links := tab.evaluate(LINKS):
        faults.append(f"links to {links[:3]}")
    return [f"{address}: {fault}" for fault in faults]


@pytest.mark.slow
def test_no_page_lies_outside_the_report(hostile: Place) -> None:
    files = [path for path in (hostile.data / "report").rglob("*") if path.is_file()]
    assert all(path.resolve().is_relative_to(hostile.data / "report") for path in files)
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in files)
    parts = {part for path in files for part in path.relative_to(hostile.data).parts}
    assert all(part.isascii() and len(part) <= 80 and part.isprintable() for part in parts)
    outside = [
        path for path in hostile.folder.rglob("*pwned*") if not path.is_relative_to(hostile.data)
    ]
    assert not outside


@pytest.mark.slow
def test_no_text_of_a_person_is_published(hostile: Place) -> None:
    """Titles, texts, branches and logins stay in raw and staging; what is published of addresses is http(s)."""
    with duckdb.connect(str(hostile.published), read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
        texts = " ".join(
            connection.execute(
                f'select string_agg(cast(t as varchar), chr(10)) from marts."{table}" as t'
            ).fetchone()[0]  # type: ignore[index]
            or ""
            for (table,) in tables
        )
        urls = connection.execute(
            "select url from marts.rpt_metric_rows union select url from marts.rpt_service_events"
        ).fetchall()
    assert "canary-title" not in texts
    assert f"https://{HOST}/" in texts
    for (url,) in urls:
        assert url is None or url.lower().startswith(("https://", "http://")), url
    people = {
        member.login
        for plan in demo.organisation(0, 1, 4).plans
        for member in plan.team.members
        if member.type != "Bot"
    }
    assert people
    assert not {login for login in people if login in texts}


@pytest.mark.slow
def test_no_secret_is_left_by_build_publish_and_report(hostile: Place) -> None:
    """The warehouse with every table, dbt's logs and results, the published file, the site and how it was made."""
    assert (hostile.folder / "logs" / "dbt.log").stat().st_size > 100_000
    assert (hostile.data / "report-build" / "build.log").exists()
    assert not found(hostile.data, hostile.target, hostile.folder / "logs")


@pytest.mark.slow
def test_what_names_people_is_its_owners_alone(hostile: Place) -> None:
    open_to_others = {path.name for path in hostile.data.iterdir() if path.stat().st_mode & 0o077}
    assert open_to_others == {"published", "report"}
    assert hostile.published.stat().st_mode & 0o777 == 0o444
    assert hostile.published.parent.stat().st_mode & 0o777 == 0o755


@pytest.mark.slow
def test_what_the_command_line_says_steers_no_terminal(
    hostile: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile.use(monkeypatch)
    monkeypatch.setenv("ENGOPS_SEEDS", str(hostile.folder / "generated" / "seeds"))
    for command in (["init"], ["doctor"], ["load", "github", "--webhooks", "\x1b[31mnothing"]):
        said = CliRunner().invoke(cli.app, command)
        assert said.output
        assert not STEERING.search(said.output.replace("\r", "")), said.output
        if command == ["init"]:
            assert "\\x1b[31m" in said.output and "\\u202e" in said.output


def test_steering_characters_are_written_out() -> None:
    assert shown("a\x1b[2Jb\tc\n\u202ed\x9b") == "a\\x1b[2Jb\tc\n\\u202ed\\x9b"
    assert shown("größe 日本 🚀") == "größe 日本 🚀"


def test_no_page_takes_text_for_markup() -> None:
    files = [
        file for kind in ("md", "svelte", "js") for file in report.SOURCE.glob(f"*s/**/*.{kind}")
    ]
    assert len(files) > 30
    raw = re.compile(
        r"@html|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    )
    ours = [file for file in files if "node_modules" not in file.parts]
    assert not [str(file) for file in ours if raw.search(file.read_text())]


def test_no_address_is_made_of_a_name() -> None:
    """The slug of a key holds letters, digits and hyphens, and two keys never share one."""
    keys = [*TEXTS.values(), "none", "a/b", "a-b", "A/b", "/", "//", "", " "]
    macro = (PROJECT / "macros" / "report.sql").read_text()
    sql = macro[macro.index("duckdb__slug(key) -%}") :].split("-%}")[1].split("{%- endmacro")[0]
    slugs = [
        row[0]
        for row in duckdb.execute(
            f"select {sql.replace('{{ key }}', 'key')} from (select unnest(?::varchar[]) as key)",
            [keys],
        ).fetchall()
    ]
    assert len(set(slugs)) == len(keys)
    assert all(slug.replace("-", "").isalnum() and slug.isascii() for slug in slugs)
