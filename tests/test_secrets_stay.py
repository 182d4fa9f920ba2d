"""Secrets stay where they are: after each command, at its most talkative and at its worst, nothing it left holds one.

Set are a token, an app's key, webhook secrets and the salt, each with a mark; build, publish and report are looked at
in `tests/test_hostile_text.py`, which has them all. Out of scope is a payload into which a sender has written a secret:
payloads are kept verbatim, in the raw tables alone.
"""

import base64
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet
import pytest
import requests

from pipelines import node
from tests.conftest import PROJECT, Place
from tests.github_server import Handler, serving, shop
from tests.signing import signed

ROOT = "/repos/acme/shop"
TOKEN = "ghp_canaryTOKENcanary0123456789abcdef"
APP = "canaryAPPKEYcanary0123456789"
SALT = "canarySALTcanary0123456789"
WEBHOOK = "canaryHOOKcanary0123456789"
OLD = "canaryOLDHOOKcanary0123456789"
STANDARD = "whsec_" + base64.b64encode(b"canarySTANDARDcanary0123").decode()
FILE = "canaryFILEcanary0123456789"
SECRETS = {
    "ENGOPS__SALT": SALT,
    "SOURCES__GITHUB__TOKEN": TOKEN,
    "SOURCES__GITHUB__WEBHOOK_SECRETS": json.dumps([WEBHOOK, OLD]),
    "SOURCES__GENERIC__WEBHOOK_SECRET": STANDARD,
}
MARKS = [TOKEN, APP, SALT, WEBHOOK, OLD, STANDARD.removeprefix("whsec_"), FILE]
FORMS = {
    form
    for mark in MARKS
    for form in (
        mark,
        urllib.parse.quote(mark, safe=""),
        base64.b64encode(mark.encode()).decode().rstrip("="),
        mark.encode().hex(),
    )
}


class Engops:
    """The command line in processes of its own, and all that it said."""

    def __init__(self, place: Place, folder: Path) -> None:
        """`folder` is where it is called: dlt reads `.dlt` there."""
        self.place, self.folder = place, folder
        self.said: list[str] = []
        self.environment = os.environ | place.environment | SECRETS | {
            "PYTHONPATH": str(PROJECT),
            "RUNTIME__REQUEST_BACKOFF_FACTOR": "0",
            "RUNTIME__REQUEST_MAX_ATTEMPTS": "2",
            "SOURCES__GITHUB__REPOSITORIES": '["acme/shop"]',
        }  # fmt: skip

    def __call__(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run one command, as talkative as it can be."""
        done = subprocess.run(
            [sys.executable, "-m", "pipelines", "--verbose", *arguments],
            cwd=self.folder,
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=300,
        )
        self.said += [done.stdout, done.stderr]
        return done

    def several(self, *commands: list[str], **more: str) -> None:
        """Run commands one after the other in one process, however each ends."""
        code = (
            "import json, sys, traceback\nfrom pipelines.cli import app\n"
            "for command in json.loads(sys.argv[1]):\n"
            "    try:\n        app(['--verbose', *command])\n"
            "    except SystemExit:\n        pass\n"
            "    except BaseException:\n        traceback.print_exc()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, json.dumps(commands)],
            cwd=self.folder,
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=300,
        )
        self.said += [done.stdout, done.stderr]

    @contextmanager
    def started(self, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
        """A command that runs until it is ended; it does not outlive the test."""
        with subprocess.Popen(
            [sys.executable, "-u", "-m", "pipelines", "--verbose", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture
def engops(place: Place, tmp_path: Path) -> Engops:
    folder = tmp_path / "called"
    folder.mkdir()
    return Engops(place, folder)


def echo(code: int, *, where: str = "body") -> Callable[[Handler], None]:
    """A fault of a server that repeats what it was told, in its answer's body, reason or headers."""

    def answer(handler: Handler) -> None:
        told = handler.headers.get("Authorization", "")
        if where == "reason":
            handler.send_response(code, f"No {told}")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        headers = {}
        if where == "location":
            headers = {"Location": f"{handler.server_of_the_test.url}{ROOT}/gone?token={told}"}
        if where == "elsewhere":
            headers = {"Location": f"https://{told.rpartition(' ')[2]}.invalid/?token={told}"}
        handler.answer({"message": f"no {told}", "headers": dict(handler.headers)}, code, headers)

    return answer


def texts(path: Path) -> Iterator[bytes]:
    """What a file holds, as it lies there and unpacked."""
    content = path.read_bytes()
    yield content
    if path.suffix == ".gz" or content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    if path.suffix == ".parquet":
        yield str(pyarrow.parquet.read_table(path).to_pylist()).encode()
    if path.suffix == ".arrow":
        yield str(pa.ipc.open_stream(path).read_all().to_pylist()).encode()
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall()
            for schema, table in tables:
                rows = connection.execute(
                    f'select cast(t as varchar) from "{schema}"."{table}" as t'
                ).fetchall()
                yield "\n".join(row for (row,) in rows if row).encode()


def found(*folders: Path) -> list[str]:
    """Every file that holds a secret, in any of its forms."""
    return [
        f"{path} holds {form}"
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
        for content in texts(path)
        for form in FORMS
        if form.encode() in content
    ]


def check(engops: Engops) -> None:
    """Nothing that was said or left holds a secret."""
    lines = "\n".join(engops.said).splitlines()
    assert lines
    assert not [line for line in lines if any(form in line for form in FORMS)]
    engops.said.clear()
    assert not found(engops.place.folder, engops.folder)


def post(address: str, body: bytes, **headers: str) -> int:
    """Deliver to the receiver; the status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(address, data=body, headers=named, timeout=30).status_code


@pytest.mark.slow
def test_the_api(engops: Engops) -> None:
    """A load that works, and every failure of a server that repeats the token wherever it can."""
    with serving(shop()) as forge:
        engops.environment["SOURCES__GITHUB__BASE_URL"] = forge.url
        assert engops("load", "github", RUNTIME__LOG_LEVEL="DEBUG").returncode == 0
        check(engops)
        for path, code, where, times in (
            (".*", 401, "body", 1),
            (".*", 401, "reason", 1),
            (f"{ROOT}/issues", 500, "body", 2),
            (f"{ROOT}/releases", 403, "body", 1),
            (f"{ROOT}/issues", 500, "reason", 2),
            (f"{ROOT}/releases", 403, "reason", 1),
            (f"{ROOT}/issues", 302, "location", 1),
            (f"{ROOT}/releases", 302, "elsewhere", 1),
        ):
            forge.fault(path, echo(code, where=where), times=times)
        engops.several(*[["load", "github", "--full-refresh"]] * 6, RUNTIME__LOG_LEVEL="INFO")
        assert not [fault for fault in forge.faults if fault.times]
        assert TOKEN in str(forge.requests[-1])
        check(engops)
        # An app's key that is none, and one that the server refuses.
        pem = f"-----BEGIN PRIVATE KEY-----\n{APP}\n-----END PRIVATE KEY-----"
        app = {"SOURCES__GITHUB__APP_ID": "1", "SOURCES__GITHUB__PRIVATE_KEY": pem}
        engops.several(["load", "github"], ["doctor"], **app)
        assert "no PEM private key" in "".join(engops.said)
        check(engops)


def test_npm_and_evidence_inherit_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__GITHUB__TOKEN", TOKEN)
    monkeypatch.setenv("ENGOPS__SALT", SALT)
    monkeypatch.setenv("npm_config__auth", "of the registry")
    monkeypatch.setenv("LANG", "C.UTF-8")
    inherited = node.inherited()
    assert not [value for value in inherited.values() if TOKEN in value or SALT in value]
    assert {"npm_config__auth", "LANG", "PATH"} <= inherited.keys()


@pytest.mark.slow
def test_the_receiver(engops: Engops) -> None:
    """Right and wrong proofs, secrets in every wrong place, broken HTTP and a broken spool."""
    with engops.started("serve", "--port", "0") as served:
        assert served.stdout
        said = []
        for line in served.stdout:
            said.append(line)
            if "listening on " in line:
                break
        address = line.split("listening on ")[1].split("/webhooks")[0]
        github, generic = f"{address}/webhooks/github", f"{address}/webhooks/generic"
        body = json.dumps({"action": "opened", "zen": "x"}).encode()
        right = signed("github", OLD, body)
        assert post(github, body, **right) == 202
        # a secret where none belongs, with a proof that holds: only what is named of the headers is kept
        hidden = {
            "X-Debug": WEBHOOK,
            "Cookie": f"s={WEBHOOK}",
            "Authorization": f"Bearer {WEBHOOK}",
        }
        assert post(f"{github}?secret={WEBHOOK}", body, **right, **hidden) == 202
        assert post(generic, body, Authorization=f"Bearer {STANDARD}") == 202
        for wrong in (
            {"X-Hub-Signature-256": f"sha256={WEBHOOK}"},
            {"X-Hub-Signature-256": WEBHOOK, "X-GitHub-Event": WEBHOOK, "Content-Type": WEBHOOK},
            {"Authorization": f"Basic {base64.b64encode(WEBHOOK.encode()).decode()}"},
        ):
            assert post(github, body, **wrong) == 401
        assert post(generic, body, Authorization=STANDARD) == 401
        assert post(f"{address}/webhooks/{WEBHOOK}", body, **right) == 404
        assert post(f"{address}/{WEBHOOK}", body) == 404
        host, port = address.removeprefix("http://").split(":")
        for raw in (
            f"GET /{WEBHOOK} HTTP/9\r\n\r\n",
            f"{WEBHOOK}: x\r\n\r\n",
            f"POST {github} HTTP/1.1\r\n{WEBHOOK}\r\n\r\n",
        ):
            with socket.create_connection((host, int(port)), timeout=10) as connection:
                connection.sendall(raw.encode())
                connection.recv(1000)
        counted = requests.get(f"{address}/metrics", timeout=10).text
        spool = engops.place.data / "spool"
        spool.rename(spool.with_name("moved"))
        spool.write_text("no folder")
        assert post(github, body, **right) == 503
        spool.unlink()
        spool.with_name("moved").rename(spool)
        served.send_signal(signal.SIGTERM)
        engops.said += [*said, served.stdout.read(), counted]
        assert served.wait(30) == 0
    assert "x" in (engops.place.data / "spool" / "github" / "receiving.jsonl").read_text()
    check(engops)
    bare = {name: "" for name in engops.environment if name.startswith("SOURCES__")}
    engops.several(["serve"], ["serve", "github"], ["serve", "--insecure", "nobody"], **bare)
    engops.several(["load", "webhooks"], ["load", "quarantine"], ["doctor"])
    check(engops)


@pytest.mark.slow
def test_a_file_of_secrets_that_cannot_be_read(engops: Engops) -> None:
    """An error in the file names its place, and never what stands there."""
    folder = engops.folder / ".dlt"
    folder.mkdir()
    for text in (
        f'[sources.github]\ntoken = "{FILE}\n',
        f'[sources.github]\nwebhook_secret = ["{FILE}"]\nwebhook_secrets = {{"{FILE}" = 1}}\n',
    ):
        (folder / "secrets.toml").write_text(text)
        without = dict.fromkeys(("SOURCES__GITHUB__TOKEN", "SOURCES__GITHUB__WEBHOOK_SECRETS"), "")
        without["SOURCES__GITHUB__BASE_URL"] = "http://127.0.0.1:9"
        serve = ["serve", "github", "--host", "300.0.0.1"]
        engops.several(["load", "github"], serve, ["doctor"], **without)
        (folder / "secrets.toml").unlink()
        check(engops)
