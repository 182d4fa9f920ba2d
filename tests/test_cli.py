"""The command line: exit codes, messages a person can act on, and one folder for everything."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from pipelines import cli, config, seeds, warehouse
from pipelines import webhooks as received
from pipelines.landing import LoadError, LoadSummary
from pipelines.webhooks.contract import webhooks
from tests.conftest import PROJECT, Place
from tests.test_drain import line, spooled


def engops(*arguments: str) -> Result:
    """Run one command in this process."""
    return CliRunner().invoke(cli.app, list(arguments))


@pytest.fixture
def one_source(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A source that records how it was called."""
    calls: list[dict] = []

    def load(since: object = None, full_refresh: bool = False) -> LoadSummary:
        calls.append({"since": since, "full_refresh": full_refresh})
        return LoadSummary("one", {"things": 1200, "others": 0}, ("Mind the gap.",))

    source = SimpleNamespace(load=load, configured=lambda: ["x"], calls=calls)
    monkeypatch.setattr(cli, "sources", lambda: {"one": source})
    return source


def test_load_says_what_landed(one_source: SimpleNamespace) -> None:
    result = engops("load")
    assert result.exit_code == 0, result.output
    assert "load one: 1,200 things" in result.output
    assert "Mind the gap." in result.output
    assert one_source.calls == [{"since": None, "full_refresh": False}]


def test_load_passes_options_on(one_source: SimpleNamespace) -> None:
    assert engops("load", "one", "--since", "2026-01-02", "--full-refresh").exit_code == 0
    assert str(one_source.calls[0]["since"]) == "2026-01-02 00:00:00"
    assert one_source.calls[0]["full_refresh"] is True


def test_an_option_of_another_source_is_refused(one_source: SimpleNamespace) -> None:
    result = engops("load", "one", "--tag-regex", "v.*")
    assert result.exit_code == cli.USAGE
    assert "the source one takes no --tag-regex" in result.output
    assert one_source.calls == []


def test_an_unknown_source_is_refused(one_source: SimpleNamespace) -> None:
    result = engops("load", "two")
    assert result.exit_code == cli.USAGE
    assert "no source is called two; there are: one" in result.output


def test_a_source_of_webhooks_alone_says_who_lands_them() -> None:
    result = engops("load", "buildkite", "sentry")
    assert result.exit_code == cli.USAGE
    assert "buildkite, sentry: known by webhooks alone" in result.output
    assert "`engops load webhooks` lands what `engops serve` received" in result.output
    result = engops("load", "buildkite", "two")
    assert result.exit_code == cli.USAGE
    assert "no source is called buildkite, two" in result.output


@pytest.mark.parametrize("source", sorted(webhooks()))
def test_recorded_deliveries_of_every_source_are_landed(
    source: str, tmp_path: Path, place: Place
) -> None:
    (tmp_path / "x").mkdir()
    result = engops("load", source, "--webhooks", str(tmp_path / "x"))
    assert result.exit_code == cli.FAILED, result.output
    assert f"load {source}: " in result.output
    assert "holds no recorded delivery" in " ".join(result.output.split())


def test_nothing_configured_is_a_usage_error(one_source: SimpleNamespace) -> None:
    one_source.configured = list
    result = engops("load")
    assert result.exit_code == cli.USAGE
    assert "no source is configured" in result.output


def test_webhooks_that_nobody_has_sent_yet_are_no_error(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "sources", lambda: {"webhooks": received})
    assert engops("load").exit_code == cli.USAGE
    monkeypatch.setenv("SOURCES__PAGERDUTY__WEBHOOK_SECRET", "shared")
    result = engops("load")
    assert result.exit_code == 0, result.output
    assert "load webhooks: nothing new" in result.output


def test_one_failed_source_does_not_stop_the_others(
    one_source: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> LoadSummary:
        raise LoadError("the token of two is refused (401): check .dlt/secrets.toml")

    broken = SimpleNamespace(load=fail, configured=lambda: ["y"])
    monkeypatch.setattr(cli, "sources", lambda: {"broken": broken, "one": one_source})
    result = engops("load")
    assert result.exit_code == cli.FAILED
    assert "load broken: the token of two is refused" in result.output
    assert "load one: 1,200 things" in result.output
    assert "not loaded: broken" in result.output
    assert "Traceback" not in result.output


def test_a_run_goes_on_without_the_source_that_fails(
    one_source: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> LoadSummary:
        raise ValueError("a defect")

    done: list[str] = []
    broken = SimpleNamespace(load=fail, configured=lambda: ["y"])
    monkeypatch.setattr(cli, "sources", lambda: {"broken": broken, "one": one_source})
    for step in ("_build", "_publish", "_report"):
        monkeypatch.setattr(cli, step, lambda *a, step=step, **options: done.append(step))
    result = engops("run", "--since", "2026-01-02")
    assert result.exit_code == cli.FAILED
    assert "engops: load broken: ValueError: a defect" in result.output
    assert "not loaded: broken" in result.output
    assert str(one_source.calls[0]["since"]) == "2026-01-02 00:00:00"
    assert done == ["_build", "_publish", "_report"]


def test_what_a_killed_writer_left_confuses_nobody(
    one_source: SimpleNamespace, place: Place
) -> None:
    note = place.data / "lock.json"
    for left in ('{"pid": 4194305, "what": "load", "since": "2020"}', "[]", "{", ""):
        note.write_text(left)
        with warehouse.writing("test"):
            note.write_text(left)  # as between taking the lock and telling of it
            result = engops("load")
            assert result.exit_code == cli.BUSY
            assert "is being written by another process" in result.output
    assert engops("load").exit_code == 0
    assert not note.exists()


def test_a_second_writer_is_told_who_writes(one_source: SimpleNamespace, place: Place) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from pipelines import warehouse\nimport sys\n"
            "with warehouse.writing('build'):\n print('held', flush=True)\n sys.stdin.readline()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env=os.environ | place.environment,
    )
    assert holder.stdout and holder.stdin
    assert holder.stdout.readline().strip() == "held"
    result = engops("load")
    holder.communicate("\n")
    assert result.exit_code == cli.BUSY
    assert f"is being written by process {holder.pid} (build, since" in result.output
    assert one_source.calls == []


SHELL = """
import duckdb, sys
with duckdb.connect(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def shell() -> Iterator[int]:
    """A process that has the warehouse open, by its id."""
    with subprocess.Popen(
        [sys.executable, "-c", SHELL, str(config.warehouse_path())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline().strip() == "open"
        yield process.pid
        process.communicate("\n")


def test_a_warehouse_that_is_open_in_a_shell_is_busy(place: Place) -> None:
    spooled([line("d-1", {})])
    commands = (["load", "webhooks"], ["load", "quarantine"], ["load"], ["run"], ["doctor"])
    with shell() as holder:
        results = [engops(*command) for command in commands]
    for result in results:
        assert result.exit_code == cli.BUSY, result.output
        assert f"is open in process {holder}; try again when it has ended" in result.output
        assert "IOException" not in result.output
    assert engops("load", "webhooks").output.startswith("load webhooks: 1 github.pushes")


@pytest.mark.slow
def test_a_warehouse_that_is_open_in_a_shell_is_not_built(place: Place) -> None:
    with shell() as holder:
        result = engops("build")
    assert result.exit_code == cli.BUSY, result.output
    assert f"is open in process {holder}; try again when it has ended" in result.output


def test_publish_before_any_build_says_what_to_do() -> None:
    result = engops("publish")
    assert result.exit_code == cli.TESTS
    assert "run `engops build` or `dbt build` first" in result.output


def test_doctor_on_nothing_names_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    idle = SimpleNamespace(load=lambda: None, configured=list)
    monkeypatch.setattr(cli, "sources", lambda: {"one": idle})
    result = engops("doctor")
    assert result.exit_code == 0, result.output
    assert "one: not configured; nothing landed" in result.output
    assert "next      name a source in .dlt/config.toml" in result.output


def test_doctor_tells_of_sources_that_only_have_webhooks(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = len(webhooks().keys() - cli.sources().keys())
    nothing = engops("doctor").output
    assert f"source    … and {others} more could be received: docs/sources/webhooks.md" in nothing
    assert "buildkite" not in nothing

    monkeypatch.setenv("SOURCES__BUILDKITE__WEBHOOK_SECRET", "whsec_unsaid")
    monkeypatch.setenv("SOURCES__GITHUB__WEBHOOK_SECRET", "unsaid")
    secret = engops("doctor").output
    assert "source    github: webhook secret set; nothing landed" in secret
    assert "source    buildkite: webhook secret set; nothing landed" in secret
    assert f"… and {others - 1} more" in secret
    assert secret.rstrip().endswith("next      engops serve")
    assert "unsaid" not in secret

    spooled([line(None, {"event": "build.finished"})], "buildkite")
    spooled([line(None, {})], "sentry")
    waits = engops("doctor").output
    assert "source    sentry: no webhook secret; nothing landed" in waits
    assert "spool     sentry: 0.0 MiB wait" in waits
    assert f"… and {others - 2} more" in waits
    assert waits.rstrip().endswith("next      engops load")

    assert engops("load", "webhooks").exit_code == 0
    monkeypatch.delenv("SOURCES__BUILDKITE__WEBHOOK_SECRET")
    monkeypatch.delenv("SOURCES__GITHUB__WEBHOOK_SECRET")
    landed = engops("doctor").output
    assert "source    buildkite: no webhook secret; 1 payloads, newest 2026-03-01" in landed
    assert landed.rstrip().endswith("next      engops build")


@pytest.mark.slow
def test_doctor_after_a_load_says_build(
    empty_warehouse: Place, copied, monkeypatch: pytest.MonkeyPatch
) -> None:
    import duckdb

    place = copied(empty_warehouse)
    with duckdb.connect(
        str(place.data / "warehouse.duckdb"), config={"storage_compatibility_version": "v1.4.0"}
    ) as connection:
        connection.execute("create schema raw_one")
        connection.execute(
            "create table raw_one._dlt_loads as select now() as inserted_at, '1' as load_id"
        )
        connection.execute(
            "create table raw_one.things as select now() as received_at from range(3)"
        )
    idle = SimpleNamespace(load=lambda: None, configured=lambda: ["x"])
    monkeypatch.setattr(cli, "sources", lambda: {"one": idle})
    result = engops("doctor")
    assert "one: configured; 3 payloads, newest" in result.output
    assert result.output.rstrip().endswith("engops build")


def test_init_adds_missing_seeds_with_their_headers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "company"
    folder.mkdir()
    (folder / "teams.csv").write_text("team_key,team_name\npayments,Payments\n")
    monkeypatch.setenv("ENGOPS_SEEDS", str(folder))
    assert (
        engops("init").exit_code == cli.USAGE
    )  # nothing has landed; the headers are there all the same
    for shipped in seeds.SHIPPED.glob("*.csv"):
        assert (folder / shipped.name).exists()
    assert (folder / "teams.csv").read_text() == "team_key,team_name\npayments,Payments\n"
    assert (folder / "bots.csv").read_text() == "actor_pattern\n"


def test_proposals_never_touch_what_a_person_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGOPS_SEEDS", str(tmp_path))
    written = 'service_key,service_name,product_area,tier,incident_window_hours,change_branches\nshop,"Shop, old",,1,,'
    (tmp_path / "services.csv").write_text(written)
    row = {"service_key": "api", "service_name": "api"}
    seeds.append([seeds.Proposal("services", row, "why")])
    assert (tmp_path / "services.csv").read_text() == written + "\napi,api,,,,\n"


@pytest.mark.slow
def test_init_proposes_what_the_seeds_do_not_mention_and_then_nothing(
    demo_warehouse: Place, copied, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied(demo_warehouse)
    folder = tmp_path / "company"
    monkeypatch.setenv("ENGOPS_SEEDS", str(folder))
    shown = engops("init")
    assert shown.exit_code == 0, shown.output
    assert "services: service_key=search, service_name=search" in shown.output
    assert "because github.com/acme/search has landed and belongs to no service" in shown.output
    assert "because issues carry the label “sev1”" in shown.output
    assert (folder / "services.csv").read_text().count("\n") == 1, (
        "nothing is written unless asked for"
    )
    assert engops("init", "--write").exit_code == 0
    assert "search,search," in (folder / "services.csv").read_text()
    assert "the seeds mention everything" in engops("init").output


def test_a_seeds_folder_that_lacks_a_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGOPS_SEEDS", str(tmp_path))
    result = engops("build")
    assert result.exit_code == cli.USAGE
    assert "lacks bots.csv" in result.output


def test_seeds_outside_are_linked_into_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for shipped in seeds.SHIPPED.glob("*.csv"):
        (tmp_path / shipped.name).write_text(shipped.read_text())
    monkeypatch.setenv("ENGOPS_SEEDS", str(tmp_path))
    seeds.link()
    given = os.environ["ENGOPS_SEEDS"]
    assert given.startswith("seeds/.linked/")
    assert (PROJECT / given).resolve() == tmp_path.resolve()
    seeds.link()
    assert os.environ["ENGOPS_SEEDS"] == given


@pytest.mark.slow
def test_dbt_refuses_a_seed_folder_outside_the_checkout(tmp_path: Path, place: Place) -> None:
    """dbt itself would write compiled SQL over such seeds."""
    (tmp_path / "teams.csv").write_text("team_key,team_name\na,A\n")
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "seed"],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=os.environ | place.environment | {"ENGOPS_SEEDS": str(tmp_path)},
    )
    assert done.returncode != 0
    assert "must_name_a_folder_or_link_inside_the_checkout" in done.stdout + done.stderr
    assert (tmp_path / "teams.csv").read_text() == "team_key,team_name\na,A\n"


@pytest.mark.slow
def test_dbt_build_by_itself_succeeds_with_nothing_landed(place: Place) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "build"],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=os.environ | place.environment,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "ERROR=0" in done.stdout
    warehouse.publish()
    tables = place.rows(
        "select table_name, estimated_size from duckdb_tables() where not internal", published=True
    )
    facts = ("fct_", "metric_", "dim_services", "dim_teams", "dim_coverage")
    assert [table for table, size in tables if size and table.startswith(facts)] == []


def test_help_names_every_command() -> None:
    result = engops("--help")
    for command in ("demo", "load", "build", "publish", "report", "run", "doctor", "init"):
        assert command in result.output


def test_python_m_pipelines_is_engops() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", "--help"], capture_output=True, text=True, cwd=PROJECT
    )
    assert done.returncode == 0
    assert "doctor" in done.stdout


def test_data_lies_where_engops_data_says(place: Place) -> None:
    assert config.data_dir() == place.data
    assert config.published_path() == place.published
