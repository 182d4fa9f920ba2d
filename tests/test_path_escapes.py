"""What is read stays inside what was named: clones that want to run something; links and addresses that lead out."""

import asyncio
import gzip
import io
import json
import os
import shlex
import subprocess
from pathlib import Path

import duckdb
import httpx
import pytest

from pipelines import config, git, github, landing, report, seeds
from pipelines.webhooks.app import create_app
from pipelines.webhooks.contract import webhooks
from pipelines.webhooks.spool import Spool
from tests.conftest import Place
from tests.test_git_source import Repo

SECRET = "canary-outside-of-everything"


def hostile(repo: Repo, traces: Path) -> None:
    """Everything in a repository by which git can be brought to run a command: each would leave a trace."""
    traces.mkdir()

    def run(name: str) -> str:
        script = traces.parent / f"{name}.sh"
        script.write_text(f"#!/bin/sh\ntouch {shlex.quote(str(traces / name))}\ncat\n")
        script.chmod(0o755)
        return str(script)

    hooks = traces.parent / "hooks"
    hooks.mkdir()
    for hook in (
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "fsmonitor-watchman",
    ):
        (hooks / hook).symlink_to(run("hooks"))
    included = traces.parent / "included"
    included.write_text(f"[diff]\n external = {run('included')}\n")
    for key, value in {
        "include.path": str(included),
        "alias.rev-parse": f"!{run('alias')}",
        "alias.log": f"!{run('alias')}",
        "core.alternateRefsCommand": run("alternates"),
        "core.askPass": run("askpass"),
        "core.editor": run("editor"),
        "core.fsmonitor": run("fsmonitor"),
        "core.gitProxy": run("proxy"),
        "core.hooksPath": str(hooks),
        "core.pager": run("pager"),
        "core.sshCommand": run("ssh"),
        "core.worktree": str(traces.parent),
        "credential.helper": f"!{run('credential')}",
        "diff.evil.command": run("diff-command"),
        "diff.evil.textconv": run("textconv"),
        "diff.external": run("external"),
        "extensions.partialClone": "origin",
        "filter.evil.clean": run("clean"),
        "filter.evil.process": run("process"),
        "filter.evil.required": "true",
        "filter.evil.smudge": run("smudge"),
        "gpg.program": run("gpg"),
        "log.showSignature": "true",
        "pager.log": run("pager"),
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": run("uploadpack"),
        "remote.origin.url": f"ext::sh -c {run('ext')}",
        "remote.origin.vcs": "ext",
        "trailer.sign.command": run("trailer"),
        "uploadpack.packObjectsHook": run("pack-hook"),
    }.items():
        repo("config", key, value)
    (repo.path / ".git" / "info" / "attributes").write_text("* diff=evil filter=evil merge=evil\n")


def test_a_clone_runs_nothing(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path / "shop")
    head = repo.commit(
        "one\n\nSign: x\n", {"a.txt": "1\n", ".gitattributes": "* diff=evil filter=evil\n"}
    )
    repo.commit("two\n\nSign: y\n", {"a.txt": "2\n", "b.txt": "2\n"})
    signature = b"gpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----\n"
    repo.odd_commit(b"Ann <a@example.com> 1700000000 +0000", b"signed\n", signature)
    blob = repo("rev-parse", f"{head}:a.txt")
    missing = repo.path / ".git" / "objects" / blob[:2] / blob[2:]
    content = missing.read_bytes()
    missing.unlink()  # what a partial clone would fetch
    traces = tmp_path / "evil" / "traces"
    traces.parent.mkdir()
    hostile(repo, traces)
    monkeypatch.chdir(repo.path)  # a `.` on somebody's PATH, or a relative hook
    assert git.load(repo.path, name="acme/shop", patch_ids=True).rows["commits"] == 3
    # A whole clone is read to its last blob, for patch ids too.
    missing.write_bytes(content)
    for key in ("remote.origin.promisor", "extensions.partialClone"):
        repo("config", "--unset", key)
    assert git.load(repo.path, name="acme/shop", patch_ids=True).rows["commits"] == 3
    assert os.listdir(traces) == []  # noqa: PTH208
    # The traps work: git as it comes steps into them.
    repo("config", "--unset", "diff.evil.command")
    for command in (["log", "-p"], ["show", "HEAD", "--ext-diff"], ["status"]):
        subprocess.run(["git", *command], cwd=repo.path / ".git", capture_output=True)
    assert {"textconv", "external", "fsmonitor"} & set(os.listdir(traces))  # noqa: PTH208


def test_names_that_look_like_options_are_names(tmp_path: Path, place: Place) -> None:
    repo = Repo(tmp_path / "--output=here")
    names = ["--output=pwned", "-x", "--upload-pack=touch pwned"]
    sha = repo.commit("--all\n\n--not: x\n", {name.replace(" ", "-"): "1\n" for name in names})
    for name in names:
        name = name.replace(" ", "-")
        repo("update-ref", f"refs/tags/{name}", sha)
        repo("update-ref", f"refs/heads/{name}", sha)
        repo("update-ref", f"refs/remotes/origin/{name}", sha)
    repo("symbolic-ref", "HEAD", "refs/heads/--output=pwned")
    (repo.path / ".git" / "refs" / "heads" / "main").unlink()
    summary = git.load(repo.path, patch_ids=True)
    assert (summary.rows["commits"], summary.rows["tags"]) == (1, 3)
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize(
    "address", ["ext::sh -c 'touch pwned'", "fd::17", "-x", "--help", "file:///etc"]
)
def test_an_address_or_an_option_is_no_clone(address: str, place: Place) -> None:
    with pytest.raises(git.GitError):
        git.load(address)


def recorded(title: str) -> bytes:
    """One delivery as a line of a recorded file."""
    body = {"zen": title, "hook_id": 1}
    return json.dumps({"headers": {"X-GitHub-Event": "ping"}, "body": body}).encode() + b"\n"


def test_a_folder_of_deliveries_is_not_left(tmp_path: Path, place: Place) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jsonl").write_bytes(recorded(SECRET))
    folder = tmp_path / "deliveries"
    (folder / "deep").mkdir(parents=True)
    (folder / "fine.jsonl").write_bytes(recorded("fine"))
    (folder / "link.jsonl").symlink_to(outside / "secret.jsonl")
    (folder / "deep" / "more.jsonl").symlink_to("../../outside/secret.jsonl")
    (folder / "linked").symlink_to(outside, target_is_directory=True)
    (folder / "broken.json").symlink_to(tmp_path / "nothing.json")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "pipe.json")  # would never end
    github.load_webhooks(folder)
    landed = " ".join(
        payload
        for table in ("other_events", "quarantine")
        for (payload,) in landing.landed(f"select payload from raw_github.{table}")
    )
    assert "fine" in landed
    assert SECRET not in landed


def test_a_named_file_may_be_a_link(tmp_path: Path, place: Place) -> None:
    """Who names a path means it; what lies in a folder does not."""
    (tmp_path / "real.jsonl").write_bytes(recorded("fine"))
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "real.jsonl")
    assert github.load_webhooks(tmp_path / "link.jsonl").rows


def test_a_small_archive_that_is_large_inside_is_set_aside(tmp_path: Path, place: Place) -> None:
    folder = tmp_path / "deliveries"
    folder.mkdir()
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as file:
        for _ in range(200):
            file.write(b" " * 2**20)
    (folder / "bomb.json.gz").write_bytes(packed.getvalue())
    (folder / "fine.jsonl").write_bytes(recorded("fine"))
    github.load_webhooks(folder)
    assert landing.landed("select count(*) from raw_github.other_events") == [(1,)]


@pytest.mark.parametrize(
    "path", ["../../x", "/..", "a/../b", "./a", "/a/./b", "..", "/%2e%2e/x", "/a\\b"]
)
def test_a_base_path_does_not_lead_out(path: str, place: Place) -> None:
    with pytest.raises(report.ReportError, match="base path"):
        report._base_path(path)


@pytest.mark.parametrize("path", ["", "/", "a", "/reports/engops", "/a.b/~c/..d"])
def test_an_ordinary_base_path_is_taken(path: str) -> None:
    assert report._base_path(path) == ("/" + path.strip("/") if path.strip("/") else "")


def test_seeds_come_from_a_folder_alone(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for odd in (tmp_path / "nothing", tmp_path / "x\nseeds", "/etc/passwd"):
        monkeypatch.setenv("ENGOPS_SEEDS", str(odd))
        with pytest.raises(seeds.SeedError):
            seeds.link()
    # Any name of a real folder becomes a link whose own name holds nothing of it.
    odd = tmp_path / "{{ env_var('HOME') }}; rm -rf '\"$(x)"
    monkeypatch.setenv("ENGOPS_SEEDS", str(odd))
    seeds.add_missing_files()
    seeds.link()
    linked = os.environ["ENGOPS_SEEDS"]
    assert linked.startswith("seeds/.linked/") and linked.removeprefix("seeds/.linked/").isalnum()
    assert (config.PROJECT / linked).resolve() == odd.resolve()
    (config.PROJECT / linked).unlink()


def test_a_folder_of_data_with_an_odd_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = tmp_path / 'x"; drop table x --'
    monkeypatch.setenv("ENGOPS_DATA", str(odd))
    (tmp_path / "one.jsonl").write_bytes(recorded("fine"))
    github.load_webhooks(tmp_path / "one.jsonl")
    with duckdb.connect(str(odd / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from raw_github.other_events").fetchone() == (1,)


@pytest.mark.parametrize("insecure", [True, False])
def test_a_name_of_a_source_is_no_path(tmp_path: Path, insecure: bool) -> None:
    names = [
        "..",
        ".",
        "%2e%2e",
        "..%2f..%2fpwned",
        "%2fpwned",
        "..%5cpwned",
        "github%00",
        "github%2f..%2fpwned",
    ]
    names += [
        "GitHub",
        "github/",
        "github%20",
        "%20",
        "",
        "github;x",
        "webhooks",
        "demo",
        "%ff",
        "a" * 5_000,
    ]
    spool = Spool(tmp_path / "receiver" / "spool")
    spool.start()
    hook = {"github": webhooks()["github"]}
    app = (
        create_app(hook, {"github": ["x"]}, spool)
        if not insecure
        else create_app(hook, {}, spool, insecure=["github"])
    )

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport) as client:
            return [
                (await client.post(f"http://receiver/webhooks/{name}", content=b"{}")).status_code
                for name in names
            ]

    assert set(asyncio.run(ask())) == {404}
    spool.close()
    assert list((tmp_path / "receiver").rglob("*")) == [spool.folder]
    assert not list(tmp_path.rglob("*pwned*"))
