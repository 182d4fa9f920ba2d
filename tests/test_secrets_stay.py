"""Secrets stay where they are: after each command, at its most talkative and at its worst, nothing it left holds one.

Set are a token, an app's key, webhook secrets and the salt, each with a mark. Out of scope is a payload into which a
sender has written a secret: payloads are kept verbatim, in the raw tables alone.
"""

import base64
import gzip
import json
import os
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet
import pytest
import requests

from tests.conftest import PROJECT, Place
from tests.github_server import Handler, serving, shop

ROOT = "/repos/acme/shop"
TOKEN = "ghp_canaryTOKENcanary0123456789abcdef"
APP = "canaryAPPKEYcanary0123456789"
SALT = "canarySALTcanary0123456789"
WEBHOOK = "canaryHOOKcanary0123456789"
OLD = "canaryOLDHOOKcanary0123456789"
STANDARD = "whsec_" + base64.b64encode(b"canarySTANDARDcanary0123").decode()
FILE = "canaryFILEcanary0123456789"
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
        self.environment = os.environ | place.environment | {
            "PYTHONPATH": str(PROJECT),
            "ENGOPS__SALT": SALT,
            "RUNTIME__REQUEST_BACKOFF_FACTOR": "0",
            "RUNTIME__REQUEST_MAX_ATTEMPTS": "2",
            "SOURCES__GITHUB__REPOSITORIES": '["acme/shop"]',
            "SOURCES__GITHUB__TOKEN": TOKEN,
            "SOURCES__GITHUB__WEBHOOK_SECRETS": json.dumps([WEBHOOK, OLD]),
            "SOURCES__GENERIC__WEBHOOK_SECRET": STANDARD,
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

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Begin a command that runs until it is ended."""
        return subprocess.Popen(
            [sys.executable, "-u", "-m", "pipelines", "--verbose", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


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
            headers = {"Location": f"{handler.forge.url}{ROOT}/gone?token={told}"}
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
        for faults in (
            [(".*", 401, "body")],
            [(".*", 401, "reason")],
            [(f"{ROOT}/issues", 500, "body"), (f"{ROOT}/releases", 403, "body")],
            [(f"{ROOT}/issues", 500, "reason"), (f"{ROOT}/releases", 403, "reason")],
            [(f"{ROOT}/issues", 302, "location"), (f"{ROOT}/releases", 302, "elsewhere")],
        ):
            for path, code, where in faults:
                forge.fault(path, echo(code, where=where), times=1000)
            engops("load", "github", "--full-refresh", RUNTIME__LOG_LEVEL="INFO")
            forge.faults.clear()
        assert TOKEN in str(forge.requests[-1])
        check(engops)
        # An app's key that is none, and one that the server refuses.
        pem = f"-----BEGIN PRIVATE KEY-----\n{APP}\n-----END PRIVATE KEY-----"
        app = {"SOURCES__GITHUB__APP_ID": "1", "SOURCES__GITHUB__PRIVATE_KEY": pem}
        assert engops("load", "github", **app).returncode == 1
        engops("doctor", **app)
        check(engops)
