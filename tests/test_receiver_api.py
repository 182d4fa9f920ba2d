"""The receiver keeps what its OpenAPI document says: schemathesis finds nothing, unproved, insecure and signed."""

import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import uvicorn
from starlette.applications import Starlette

from pipelines.webhooks.app import create_app
from pipelines.webhooks.contract import webhooks
from pipelines.webhooks.protocol import BoundedProtocol
from pipelines.webhooks.segments import Line, read, seal
from pipelines.webhooks.spool import Spool
from tests.conftest import PROJECT
from tests.signing import SIGNERS, secret_of

EXAMPLES = 60
MAX_BODY = 4096
REQUESTS = r'^engops_webhook_requests_total\{source="\w+",status="(\d+)"\} (\S+)'


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """The application on loopback, behind the server that `engops serve` uses; its address."""
    options = uvicorn.Config(
        app, port=0, http=BoundedProtocol, lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(options)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["unproved", "insecure", "signed"])
def test_schemathesis_finds_nothing(mode: str, tmp_path: Path) -> None:
    """Every check, in every phase; the same requests on every run, so that a commit stays as good as it was."""
    hooks = webhooks() if mode == "unproved" else {name: webhooks()[name] for name in SIGNERS}
    secrets = {} if mode == "insecure" else {name: [secret_of(name)] for name in hooks}
    spool = Spool(tmp_path / "spool")
    spool.start()
    app = create_app(
        hooks, secrets, spool, insecure=hooks if mode == "insecure" else (), max_body=MAX_BODY
    )
    signing = {"SCHEMATHESIS_HOOKS": "tests.signing_hook"} if mode == "signed" else {}
    with serving(app) as address:
        command = [sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"]
        done = subprocess.run(
            [*command, *f"--checks all --seed 1 --max-examples {EXAMPLES} --no-color".split()],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(PROJECT)} | signing,
            capture_output=True,
            text=True,
            timeout=120,
        )
        counted = requests.get(f"{address}/metrics", timeout=10).text
    spool.close()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout
    answered: Counter[int] = Counter()
    for status, count in re.findall(REQUESTS, counted, re.MULTILINE):
        answered[int(status)] += int(float(count))
    assert sum(answered.values()) > EXAMPLES / 2, answered
    assert 500 not in answered
    kept = [
        line
        for source in spool.sizes()
        for segment in seal(tmp_path / "spool" / source)
        for line in read(segment)
    ]
    assert all(isinstance(line, Line) for line in kept)
    # what was acknowledged is there, and nothing else
    assert len(kept) == answered[202]
    assert bool(kept) == (mode != "unproved"), answered
