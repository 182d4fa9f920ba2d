"""The receiver: what it answers, what it keeps, and what it never tells."""

import asyncio
import hashlib
import hmac
import json
import logging
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import uvicorn
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from pipelines import cli
from pipelines.webhooks import app as application
from pipelines.webhooks import protocol, segments, server, spool
from pipelines.webhooks.app import create_app
from pipelines.webhooks.contract import Delivery, Webhook
from pipelines.webhooks.protocol import BoundedProtocol
from pipelines.webhooks.secrets import SecretError, secrets_of
from tests.conftest import PROJECT, Place

SECRET, OLD = "It's a Secret to Everybody", "the one before"
BODY = b'{"action": "opened"}'
STALL = object()  # in place of a part of a body: nothing comes any more


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """The headers of a genuine delivery."""
    return {"x-signature": hmac.digest(secret.encode(), body, "sha256").hex(), "x-event": "thing"}


def proof(delivery: Delivery, secret: str) -> bool:
    """A signature in a header."""
    expected = hmac.digest(secret.encode(), delivery.body, "sha256").hex()
    return hmac.compare_digest(delivery.headers.get("x-signature", ""), expected)


def handshake(delivery: Delivery) -> bytes | None:
    """A challenge to be echoed."""
    return delivery.body[10:] if delivery.body.startswith(b"challenge=") else None


WEBHOOK = Webhook(
    proof=proof,
    event=lambda delivery, body: "thing",
    table=lambda event: "things",
    delivery_id=lambda delivery, body: None,
    headers=("x-event",),
    answer=handshake,
)


class Answer(NamedTuple):
    """What a sender hears."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> str:
        """The text of a refusal."""
        return json.loads(self.body)["error"]


async def ask(
    app: Any,
    path: str = "/webhooks/one",
    parts: Sequence[object] = (BODY,),
    headers: dict[str, str] | None = None,
    method: str = "POST",
) -> Answer | None:
    """One request, its body in parts; None where it was not answered."""
    left = list(parts)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not left:
            return {"type": "http.disconnect"}
        part = left.pop(0)
        if part is STALL:
            await asyncio.sleep(3600)
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    named = headers if headers is not None else signed(b"".join(p for p in parts if p is not STALL))
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"token=in-the-query",
        "root_path": "",
        "headers": [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in named.items()],
    }
    await app(scope, receive, send)
    if not sent:
        return None
    return Answer(
        sent[0]["status"],
        {k.decode(): v.decode() for k, v in sent[0]["headers"]},
        b"".join(message.get("body", b"") for message in sent[1:]),
    )


class Receiver(NamedTuple):
    """A receiver and its spool."""

    app: Any
    folder: Path

    def ask(self, *arguments: Any, **named: Any) -> Any:
        """One request by itself."""
        return asyncio.run(ask(self.app, *arguments, **named))

    def kept(self) -> list[segments.Line]:
        """What a drain would find."""
        return [
            entry
            for segment in segments.seal(self.folder / "one")
            for entry in segments.read(segment)
            if isinstance(entry, segments.Line)
        ]

    def metric(self, name: str, **labels: str) -> float:
        """A metric as Prometheus reads it."""
        text = self.ask("/metrics", method="GET").body.decode()
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )


@contextmanager
def receiver(folder: Path, limit: int = spool.LIMIT, **options: Any) -> Iterator[Receiver]:
    """A receiver of the source `one` with two secrets and, where asked for, `open` with none."""
    keeper = spool.Spool(folder, limit)
    keeper.start()
    secrets = {"one": [SECRET, OLD]}
    hooks = {"one": WEBHOOK, **dict.fromkeys(options.get("insecure", ()), WEBHOOK)}
    try:
        yield Receiver(create_app(hooks, secrets, keeper, **options), folder)
    finally:
        keeper.close()


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Receiver]:
    """A receiver with all its defaults."""
    with receiver(tmp_path / "spool") as made:
        yield made


def test_a_genuine_delivery_is_kept_and_accepted(one: Receiver) -> None:
    before = datetime.now(UTC)
    answer = one.ask(headers=signed(BODY) | {"content-type": "application/json", "x-other": "no"})
    assert (answer.status, json.loads(answer.body)) == (202, {"status": "accepted"})
    (kept,) = one.kept()
    assert kept.body == BODY
    # The headers that the source asks for, and never one more: no signature, no secret.
    assert kept.headers == {"content-type": "application/json", "x-event": "thing"}
    assert before <= kept.received_at <= datetime.now(UTC)
    assert one.metric("engops_webhook_requests_total", source="one", status="202") == 1
    assert one.metric("engops_webhook_accepted_bytes_total", source="one") == len(BODY)
    assert one.metric("engops_spool_commit_deliveries_sum") == 1


@pytest.mark.parametrize("body", [b"", b"not JSON", b"\xff\xfe\x00", b'{"a": "\\ud800"}'])
def test_a_genuine_delivery_is_kept_whatever_it_holds(one: Receiver, body: bytes) -> None:
    assert one.ask(parts=[body]).status == 202
    assert [kept.body for kept in one.kept()] == [body]


def test_any_current_secret_proves(one: Receiver) -> None:
    for secret, status in ((SECRET, 202), (OLD, 202), ("another", 401), ("", 401)):
        assert one.ask(headers=signed(BODY, secret)).status == status


def test_there_is_one_refusal_for_what_is_not_genuine(one: Receiver) -> None:
    """Nothing tells a forger what was wrong, and nothing of it is kept."""
    forged = [
        {},
        {"x-signature": ""},
        {"x-signature": signed(BODY)["x-signature"][:-1]},
        {"x-signature": "é" * 64},
        signed(b"another body"),
    ]
    answers = [one.ask(headers=headers) for headers in forged]
    assert all(answer == answers[0] for answer in answers)
    assert (answers[0].status, answers[0].error) == (401, "not genuine")
    assert "www-authenticate" in answers[0].headers
    assert one.kept() == []
    assert one.metric("engops_webhook_requests_total", source="one", status="401") == len(forged)


def test_a_proof_that_breaks_proves_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(delivery: Delivery, secret: str) -> bool:
        raise RuntimeError(f"{secret} {delivery}")

    keeper = spool.Spool(tmp_path / "spool")
    hook = Webhook(broken, WEBHOOK.event, WEBHOOK.table, WEBHOOK.delivery_id)
    app = create_app({"one": hook}, {"one": [SECRET]}, keeper)
    with caplog.at_level(logging.DEBUG):
        assert asyncio.run(ask(app)).status == 401  # type: ignore[union-attr]
    assert "the proof broke: RuntimeError" in caplog.text
    assert SECRET not in caplog.text
    assert BODY.decode() not in caplog.text


def test_a_defect_tells_nothing_of_the_delivery(
    one: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: Any) -> bytes:
        raise ValueError(f"{arguments}")

    monkeypatch.setattr(application, "encode", broken)
    with caplog.at_level(logging.DEBUG):
        answer = one.ask()
    assert (answer.status, answer.error) == (500, "internal error")
    assert "ValueError" in caplog.text
    assert "opened" not in caplog.text
    assert signed(BODY)["x-signature"] not in caplog.text


def test_a_handshake_is_answered_only_after_its_proof(one: Receiver) -> None:
    challenge = b"challenge=<script>1</script>"
    answer = one.ask(parts=[challenge])
    assert (answer.status, answer.body) == (200, challenge[10:])
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert one.ask(parts=[challenge], headers={}).status == 401
    assert one.kept() == []


def test_too_large_is_decided_from_the_length_and_while_reading(tmp_path: Path) -> None:
    with receiver(tmp_path / "spool", max_body=1000) as made:
        assert made.ask(parts=[b"x" * 1000]).status == 202
        answer = made.ask(parts=[b"x" * 1001])
        assert (answer.status, answer.error) == (413, "the body is too large")
        # Said so, and refused before any of it is read: a part that never comes is not waited for.
        declared = {"content-length": "1001"}
        assert made.ask(parts=[b"x" * 1001], headers=declared).status == 413
        # No length is given: not read further than the limit.
        assert made.ask(parts=[b"x" * 100] * 11).status == 413
        assert len(made.kept()) == 1
        assert made.metric("engops_webhook_held_bytes") == 0


def test_a_body_that_does_not_come_in_time(tmp_path: Path) -> None:
    with receiver(tmp_path / "spool", body_seconds=0.05) as made:
        answer = made.ask(parts=[b"x", STALL])
        assert (answer.status, answer.headers["connection"]) == (408, "close")
        assert made.ask().status == 202


def test_a_sender_that_goes_away_is_not_answered(one: Receiver) -> None:
    assert one.ask(parts=[]) is None
    assert one.kept() == []
    assert one.metric("engops_webhook_held_bytes") == 0


def test_too_much_at_a_time_is_told_to_come_again(tmp_path: Path) -> None:
    async def many(app: Any) -> list[int]:
        part = b"x" * 10_000
        asked = [ask(app, parts=[part, part, STALL]) for _ in range(10)]
        answers = await asyncio.gather(*asked)
        return [answer.status for answer in answers if answer]

    with receiver(tmp_path / "spool", max_held=200_000, body_seconds=0.3) as made:
        statuses = asyncio.run(many(made.app))
        # Five have room for what they sent so far; nobody's wait takes it from the rest for longer than its time.
        assert (statuses.count(408), statuses.count(503)) == (5, 5)
        assert made.ask().status == 202


def test_a_full_spool_says_when_to_come_again(tmp_path: Path) -> None:
    with receiver(tmp_path / "spool", limit=500) as made:
        assert made.ask("/health", method="GET").status == 200
        statuses = [made.ask().status for _ in range(5)]
        assert statuses == [202] * statuses.count(202) + [503] * statuses.count(503)
        answer = made.ask()
        assert (answer.status, answer.error) == (503, "cannot be kept now, try again")
        assert int(answer.headers["retry-after"]) > 0
        assert made.ask("/health", method="GET").status == 503
        assert made.metric("engops_spool_failures_total", source="one") == 6 - len(made.kept())


def test_a_disk_error_is_503_and_no_more_once_it_is_over(one: Receiver) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        assert one.ask().status == 503
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert one.ask().status == 202
    assert len(one.kept()) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
def test_a_source_takes_post_alone(one: Receiver, method: str) -> None:
    answer = one.ask(method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert one.kept() == []


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/two",
        "/webhooks/",
        "/webhooks/one/",
        "/webhooks",
        "/webhooks/../one",
        "/",
        "/docs",
    ],
)
def test_what_is_not_served_is_not_found(one: Receiver, path: str) -> None:
    answer = one.ask(path)
    assert (answer.status, answer.error) == (404, "not found")


def test_names_that_senders_make_up_are_no_labels(one: Receiver) -> None:
    for number in range(5):
        one.ask(f"/webhooks/made-up-{number}")
    text = one.ask("/metrics", method="GET").body.decode()
    assert "made-up" not in text
    assert one.metric("engops_webhook_requests_total", source="", status="404") == 5


@pytest.mark.parametrize("path", ["/health", "/metrics", "/openapi.json"])
def test_pages_for_machines(one: Receiver, path: str) -> None:
    assert one.ask(path, method="GET").status == 200
    assert one.ask(path, method="HEAD").status == 200
    answer = one.ask(path)
    assert (answer.status, answer.error) == (405, "method not allowed")
    assert sorted(answer.headers["allow"].split(", ")) == ["GET", "HEAD"]


def test_what_waits_is_metered(one: Receiver) -> None:
    one.ask()
    written = sum(path.stat().st_size for path in (one.folder / "one").iterdir())
    assert one.metric("engops_spool_bytes", source="one") == written
    (kept,) = one.kept()
    oldest = one.metric("engops_spool_oldest_timestamp_seconds", source="one")
    assert oldest == pytest.approx(kept.received_at.timestamp())


def test_a_source_without_a_secret_is_served_only_where_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no secret for two"):
        create_app({"two": WEBHOOK}, {"two": []}, spool.Spool(tmp_path))
    with receiver(tmp_path / "spool", insecure=["two"]) as made:
        assert made.ask("/webhooks/two", headers={}).status == 202
        assert made.ask("/webhooks/one", headers={}).status == 401


def test_secrets_come_from_dlt(monkeypatch: pytest.MonkeyPatch) -> None:
    assert secrets_of("one") == []
    monkeypatch.setenv("SOURCES__ONE__WEBHOOK_SECRET", "a")
    monkeypatch.setenv("SOURCES__ONE__WEBHOOK_SECRETS", '["b", " ", "", "a", "c "]')
    assert secrets_of("one") == ["a", "b", "c "]
    for blank in ("", " ", "\n"):
        monkeypatch.setenv("SOURCES__TWO__WEBHOOK_SECRET", blank)
        assert secrets_of("two") == []


@pytest.mark.parametrize("wrong", ["not a list", '["a", 1]', '{"a": "b"}'])
def test_secrets_that_cannot_be_read_are_not_told(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("SOURCES__ONE__WEBHOOK_SECRETS", wrong)
    with pytest.raises(SecretError) as error:
        secrets_of("one")
    assert wrong not in str(error.value)
    assert error.value.__cause__ is None


def serve(*arguments: str) -> tuple[int, str]:
    """Run `engops serve` in this process, where it does not come to serving."""
    result = CliRunner().invoke(cli.app, ["serve", *arguments])
    return result.exit_code, result.output


def test_a_body_that_is_let_in_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "serve", lambda *_, max_body, **__: asked.append(max_body))
    asked: list[int] = []
    assert serve("one", "--max-body", "100")[0] == 0
    assert asked[0] + application.OVERHEAD < application.MAX_HELD
    assert serve("one", "--max-body", "101")[0] == cli.USAGE


def test_serve_wants_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "webhooks", lambda: {"one": WEBHOOK, "two": WEBHOOK})
    code, said = serve()
    assert code == cli.USAGE
    assert "no source has a webhook secret" in said
    monkeypatch.setenv("SOURCES__ONE__WEBHOOK_SECRET", "\t ")
    code, said = serve("one")
    assert code == cli.USAGE
    assert "SOURCES__ONE__WEBHOOK_SECRET" in said
    assert "--insecure one" in said
    code, said = serve("three")
    assert code == cli.USAGE
    assert "is called three; there are: one, two" in said


def test_which_sources_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "webhooks", lambda: dict.fromkeys(("one", "two", "three"), WEBHOOK))
    monkeypatch.setenv("SOURCES__ONE__WEBHOOK_SECRET", "a")
    assert list(server.chosen([], [])[0]) == ["one"]
    assert list(server.chosen([], ["two"])[0]) == ["one", "two"]
    assert list(server.chosen(["two"], ["two"])[0]) == ["two"]
    # A secret that is there is asked for, whatever --insecure says.
    assert server.chosen(["one"], ["one"])[1] == {"one": ["a"]}
    for names, insecure in (([], ["four"]), (["one"], ["two"]), (["two"], [])):
        with pytest.raises(server.ServeError):
            server.chosen(names, insecure)


def test_a_taken_port_and_a_spool_in_the_way_are_told(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "webhooks", lambda: {"one": WEBHOOK})
    monkeypatch.setenv("SOURCES__ONE__WEBHOOK_SECRET", "a")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = serve("--port", str(port))
    assert code == cli.FAILED
    assert f"cannot listen on 127.0.0.1, port {port}: Address already in use" in said
    (place.data / "spool").write_text("in the way")
    code, said = serve("--port", "0")
    assert code == cli.FAILED
    assert "the spool cannot be written" in said


@contextmanager
def listening(app: Any) -> Iterator[tuple[str, int]]:
    """The application behind the protocol that `engops serve` uses; its address."""
    options = uvicorn.Config(app, http=BoundedProtocol, lifespan="off", log_config=None)
    process = uvicorn.Server(options)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=process.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            process.should_exit = True
            thread.join()


def heard(address: tuple[str, int], *parts: bytes) -> bytes:
    """What comes back, until the other side closes."""
    with socket.create_connection(address, timeout=20) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            return b"".join(iter(lambda: connection.recv(65536), b""))
        except ConnectionError:
            return b""


def test_a_request_has_an_end(one: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A head without end, in bytes or in seconds, ends the connection; so do trailers, and silence."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.5)
    head = b"POST /webhooks/one HTTP/1.1\r\nhost: x\r\n"
    with listening(one.app) as address:
        many = heard(address, head, *(b"x-%d: y\r\n" % number for number in range(20_000)))
        assert not many or many.startswith(b"HTTP/1.1 400")
        assert b"202" not in heard(address, head + b"x-long: ", *[b"y" * 2**16] * 40)
        chunked = head + b"transfer-encoding: chunked\r\n\r\n0\r\n"
        assert b"202" not in heard(address, chunked, *[b"x-trailer: " + b"y" * 2**16] * 40)
        assert heard(address, head) == b""
        assert heard(address) == b""
        answers = heard(
            address,
            head + b"content-length: 1\r\n\r\nx",
            head + b"content-length: 1\r\nconnection: close\r\n\r\nx",
        )
        assert answers.count(b"HTTP/1.1 401") == 2
    assert one.kept() == []


class Running(NamedTuple):
    """`engops serve` as its user runs it."""

    process: "subprocess.Popen[str]"
    said: list[str]
    url: str


@contextmanager
def running(place: Place, *arguments: str) -> Iterator[Running]:
    """A receiver of GitHub's webhooks in a process of its own."""
    command = [sys.executable, "-m", "pipelines", "serve", "--port", "0", *arguments]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=PROJECT,
        env={**os.environ, **place.environment, "SOURCES__GITHUB__WEBHOOK_SECRET": SECRET},
    ) as process:
        assert process.stdout
        said = []
        for told in process.stdout:
            said.append(told)
            if match := re.search(r"listening on http://\S+?:(\d+)/", told):
                yield Running(process, said, f"http://127.0.0.1:{match[1]}")
                break
        process.kill()


def hub(body: bytes) -> dict[str, str]:
    """GitHub's headers of a genuine delivery."""
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "X-GitHub-Event": "ping"}


def bodies(place: Place) -> list[str]:
    """What a drain would find."""
    return [
        entry.body.decode()
        for segment in segments.seal(place.data / "spool" / "github")
        for entry in segments.read(segment)
        if isinstance(entry, segments.Line)
    ]


@pytest.mark.slow
def test_serve_is_killed_started_again_and_stopped(place: Place) -> None:
    query = "?token=in-the-query"
    with running(place) as first:
        post = f"{first.url}/webhooks/github"
        assert httpx.post(post + query, content=BODY, headers=hub(BODY)).status_code == 202
        assert httpx.post(post + query, content=BODY, headers=hub(b"x")).status_code == 401
        assert httpx.post(post, content=iter([b"x" * 2**20] * 26), headers={}).status_code == 413
        first.process.kill()
    receiving = place.data / "spool" / "github" / "receiving.jsonl"
    with receiving.open("ab") as file:
        file.write(b'{"crc":"00000000","recei')
    with running(place) as second:
        assert any("24 bytes follow the last whole line" in told for told in second.said)
        told: list[str] = []

        async def send() -> None:
            async with httpx.AsyncClient() as client:

                async def one(number: int) -> None:
                    for part in range(1000):
                        body = json.dumps({"number": number, "part": part})
                        try:
                            answer = await client.post(
                                f"{second.url}/webhooks/github",
                                content=body,
                                headers=hub(body.encode()),
                            )
                        except httpx.TransportError:
                            return
                        if answer.status_code == 202:
                            told.append(body)

                sending = asyncio.gather(*(one(number) for number in range(5)))
                await asyncio.sleep(0.5)
                second.process.send_signal(signal.SIGTERM)
                await sending

        asyncio.run(send())
        rest = second.process.stdout.read() if second.process.stdout else ""
        assert second.process.wait(timeout=20) == 0
        assert "stopped" in rest
    assert len(told) > 5
    assert sorted(bodies(place)) == sorted([BODY.decode(), *told])
    everything = "".join([*first.said, *second.said, rest])
    assert SECRET not in everything
    assert "in-the-query" not in everything
    assert "opened" not in everything


@pytest.mark.slow
def test_other_machines_are_warned_of(place: Place) -> None:
    with running(place, "--host", "0.0.0.0") as open_to_all:
        assert any("put a proxy with TLS in front" in told for told in open_to_all.said)
        began = time.monotonic()
        open_to_all.process.send_signal(signal.SIGINT)
        assert open_to_all.process.wait(timeout=20) == 0
        assert time.monotonic() - began < 10
