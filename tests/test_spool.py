"""The spool: what is acknowledged is on disk, whatever fails, and is read exactly once."""

import asyncio
import errno
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.webhooks import segments, spool
from pipelines.webhooks.segments import Damaged, Line, SpoolError
from pipelines.webhooks.spool import Spool
from tests.conftest import PROJECT

NOW = datetime(2026, 11, 20, 11, 5, 46, 123456, UTC)
SOURCE = "one"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A spool's folder, not made yet, with room beside it for the quarantine."""
    return tmp_path / "data" / "spool"


def line(body: bytes | str) -> bytes:
    """The line of a delivery."""
    content = body.encode() if isinstance(body, str) else body
    return segments.encode(NOW, {"content-type": "application/json"}, content)


def acknowledged(folder: Path, bodies: list[str], limit: int = spool.LIMIT) -> list[str]:
    """Write each body by itself to a spool of its own; those that were acknowledged."""

    async def write() -> list[str]:
        told = []
        for body in bodies:
            try:
                await writer.write(SOURCE, line(body))
                told.append(body)
            except SpoolError:
                pass
        return told

    writer = Spool(folder, limit)
    writer.start()
    try:
        return asyncio.run(write())
    finally:
        writer.close()


def kept(folder: Path) -> list[str]:
    """The bodies that a drain would find, in order; damaged lines by their reason."""
    return [
        entry.body.decode() if isinstance(entry, Line) else entry.reason
        for segment in segments.seal(folder / SOURCE)
        for entry in segments.read(segment)
    ]


def restarted(folder: Path) -> list[str]:
    """What the next start tells."""
    again = Spool(folder)
    try:
        return again.start()
    finally:
        again.close()


@contextmanager
def failing(
    monkeypatch: pytest.MonkeyPatch, name: str, number: int, when: Callable[..., bool]
) -> Iterator[None]:
    """A call of `os` that fails for as long as this lasts, where `when` says so of its arguments."""
    real = getattr(os, name)

    def broken(*arguments: Any, **named: Any) -> Any:
        if when(*arguments):
            raise OSError(number, os.strerror(number))
        return real(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(os, name, broken)
        yield


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1}',
        b"",
        b"\x00\x01\x1f\x7f",
        b"line\nline\r\n\xe2\x80\xa8",
        b"\xff\xfe not text",
        b"\xed\xa0\x80 half a character",
        '{"é": "😀"}'.encode(),
        b"[" * 100_000,
    ],
)
def test_a_line_gives_back_every_byte(tmp_path: Path, body: bytes) -> None:
    segment = tmp_path / "000000000001.jsonl"
    segment.write_bytes(line(body) * 2)
    assert list(segments.read(segment)) == [
        Line(number, NOW, {"content-type": "application/json"}, body) for number in (1, 2)
    ]


def test_a_line_is_json_with_its_checksum_first() -> None:
    text = line('{"a": "é"}').decode()
    kept = json.loads(text)
    assert list(kept) == ["crc", "received_at", "headers", "body"]
    assert kept["received_at"] == "2026-11-20T11:05:46.123456+00:00"
    assert kept["body"] == '{"a": "é"}'
    assert text.endswith("}\n")


def test_the_acknowledgement_comes_after_the_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Content written and synced, and the names of a new file and a new folder too, before anybody is told."""
    done: list[str] = []

    def noted(name: str, of: Callable[..., str]) -> None:
        real = getattr(os, name)

        def call(*arguments: Any) -> Any:
            result = real(*arguments)
            done.append(of(*arguments))
            return result

        monkeypatch.setattr(os, name, call)

    def named(fd: int, *rest: Any) -> str:
        return Path(f"/proc/self/fd/{fd}").readlink().name

    noted("write", lambda fd, *rest: f"wrote {named(fd)}")
    noted("fdatasync", lambda fd: f"synced {named(fd)}")
    noted("fsync", lambda fd: f"synced {named(fd)}")
    writer = Spool(folder)
    writer.start()

    async def write() -> None:
        for _ in range(2):
            await writer.write(SOURCE, line("x"))
            done.append("acknowledged")

    asyncio.run(write())
    writer.close()
    seen = [entry for entry in done if not entry.startswith("wrote socket")]
    first = seen.index("acknowledged")
    for needed in ("synced data", "synced spool", f"synced {SOURCE}"):
        assert needed in seen[:first], seen
    written = ["wrote receiving.jsonl", "synced receiving.jsonl"]
    assert seen[first - 2 : first] == written
    assert seen[first + 1 :] == [*written, "acknowledged"]


def test_a_failed_sync_fails_the_group_and_the_next_one_is_right(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert acknowledged(folder, ["a"]) == ["a"]
    with failing(monkeypatch, "fdatasync", errno.EIO, lambda fd: True):
        assert acknowledged(folder, ["b"]) == []
    # What the failed sync was about is not asked again: its file is sealed.
    assert [path.name for path in segments.sealed(folder / SOURCE)] == ["000000000001.jsonl"]
    assert acknowledged(folder, ["c"]) == ["c"]
    assert kept(folder) == ["a", "c"]


def test_one_writer_recovers_from_a_failed_sync(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter([False, True, True, False, False])
    with failing(monkeypatch, "fdatasync", errno.EIO, lambda fd: next(calls)):
        assert acknowledged(folder, ["a", "b", "c", "d", "e"]) == ["a", "d", "e"]
    assert kept(folder) == ["a", "d", "e"]


@pytest.mark.parametrize("name", ["fsync", "open"])
def test_a_folder_that_cannot_be_written_fails_until_it_can(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A read-only file system: the name of a new file cannot be made, or not be made to last."""

    def is_spool(what: Any, *rest: Any) -> bool:
        path = Path(f"/proc/self/fd/{what}").readlink() if isinstance(what, int) else Path(what)
        return SOURCE in path.parts

    assert acknowledged(folder, []) == []
    with failing(monkeypatch, name, errno.EROFS, is_spool):
        assert acknowledged(folder, ["a", "b"]) == []
    assert acknowledged(folder, ["c"]) == ["c"]
    assert kept(folder) == ["c"]


def test_a_file_in_place_of_the_folder_stops_the_start(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("")
    with pytest.raises(SpoolError, match=str(folder)):
        Spool(folder).start()


def test_a_full_disk_leaves_whole_lines(folder: Path) -> None:
    """A limit of file size: the kernel writes what fits, and then fails."""
    room = len(line("a" * 100)) * 29 // 10
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        told = acknowledged(folder, [letter * 100 for letter in "abcd"] + ["e"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert told == ["a" * 100, "b" * 100, "e"]
    assert (folder / SOURCE / "receiving.jsonl").read_bytes().endswith(line("e"))
    assert restarted(folder) == []
    assert kept(folder) == told


NAMESPACE = """
import asyncio, os, subprocess, sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.webhooks import segments, spool

async def write(writer, bodies):
    told = []
    for body in bodies:
        try:
            await writer.write("one", segments.encode(datetime.now(UTC), {}, body))
            told.append(body)
        except segments.SpoolError:
            pass
    return told

def acknowledged(bodies):
    writer = spool.Spool(folder)
    assert writer.start() == []
    told = asyncio.run(write(writer, bodies))
    writer.close()
    return told

def kept():
    return [entry.body for path in segments.seal(folder / "one") for entry in segments.read(path)]

mount = Path(sys.argv[1])
folder = mount / "spool"
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", mount], check=True)
bodies = [b"%05d" % number + b"x" * 3000 for number in range(120)]
told = acknowledged(bodies)
assert 50 < len(told) < 90, len(told)
assert acknowledged([]) == [], "a start on a full disk"
assert kept() == told
# A drain makes room on a full disk, and everything goes on.
segments.remove(segments.seal(folder / "one"))
assert acknowledged(bodies[:3]) == bodies[:3]
subprocess.run(["mount", "-o", "remount,ro", mount], check=True)
try:
    spool.Spool(folder).start()
    raise SystemExit("started on a read-only file system")
except segments.SpoolError as error:
    assert "Read-only file system" in str(error), error
subprocess.run(["mount", "-o", "remount,rw", mount], check=True)
assert kept() == bodies[:3]
"""


@pytest.mark.slow
def test_a_small_file_system_full_and_read_only(tmp_path: Path) -> None:
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("no user namespaces here; RLIMIT_FSIZE and EROFS are tested above all the same")
    ran = subprocess.run(
        ["unshare", "-rm", sys.executable, "-c", NAMESPACE, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert ran.returncode == 0, ran.stderr


TAILS = {
    "torn": line("torn")[:-10],
    "no newline": line("torn")[:-1],
    "garbage": os.urandom(5000),
    "zeros": b"\0" * 4096,
    "bad checksum": line("torn").replace(b"torn", b"tonr"),
    "garbage lines": b"\n\n{}\nnull\n",
}


@pytest.mark.parametrize("tail", TAILS)
def test_a_start_cuts_off_what_was_never_acknowledged(folder: Path, tail: str) -> None:
    assert acknowledged(folder, ["a", "b"]) == ["a", "b"]
    with (folder / SOURCE / "receiving.jsonl").open("ab") as file:
        file.write(TAILS[tail])
    (told,) = restarted(folder)
    assert f"{len(TAILS[tail]):,} bytes follow the last whole line" in told
    (aside,) = (folder.parent / "quarantine" / "spool").iterdir()
    assert aside.read_bytes() == TAILS[tail]
    assert str(aside) in told
    assert restarted(folder) == []
    assert acknowledged(folder, ["c"]) == ["c"]
    assert kept(folder) == ["a", "b", "c"]


def test_damage_before_the_end_stays_and_is_told(folder: Path) -> None:
    assert acknowledged(folder, ["a", "b", "c"]) == ["a", "b", "c"]
    path = folder / SOURCE / "receiving.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"body":"b"', b'"body":"\0"'))
    (told,) = restarted(folder)
    assert "damaged in 1 of its lines" in told
    assert kept(folder) == ["a", "the line's checksum does not fit", "c"]


def test_a_tail_that_cannot_be_moved_away_is_sealed_with_its_segment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert acknowledged(folder, ["a"]) == ["a"]
    with (folder / SOURCE / "receiving.jsonl").open("ab") as file:
        file.write(b"torn")
    (folder.parent / "quarantine").write_text("in the way")
    (told,) = restarted(folder)
    assert "sealed with them" in told
    assert acknowledged(folder, ["b"]) == ["b"]
    assert kept(folder) == ["a", "the line breaks off", "b"]


def test_sealing_mends_too(folder: Path) -> None:
    assert acknowledged(folder, ["a"]) == ["a"]
    with (folder / SOURCE / "receiving.jsonl").open("ab") as file:
        file.write(b"torn")
    assert kept(folder) == ["a"]


def test_an_empty_segment_is_none(folder: Path) -> None:
    (folder / SOURCE).mkdir(parents=True)
    (folder / SOURCE / "receiving.jsonl").touch()
    assert restarted(folder) == []
    assert segments.seal(folder / SOURCE) == []
    assert segments.seal(folder / "never heard of") == []
    assert acknowledged(folder, ["a"]) == ["a"]
    assert kept(folder) == ["a"]


def test_a_foreign_file_is_left_alone_and_told(folder: Path) -> None:
    assert acknowledged(folder, ["a"]) == ["a"]
    foreign = folder / SOURCE / "1.jsonl"
    foreign.write_text("mine")
    (folder / "notes.txt").write_text("mine")
    (told,) = restarted(folder)
    assert str(foreign) in told
    assert kept(folder) == ["a"]
    assert foreign.read_text() == "mine"


def test_a_spool_may_be_a_disk_of_its_own(folder: Path) -> None:
    assert acknowledged(folder, ["a"]) == ["a"]
    (folder / "lost+found").mkdir()
    (folder / "lost+found" / "#1").write_text("the file system's")
    assert restarted(folder) == []
    assert segments.sources(folder) == [SOURCE]


def test_what_is_written_by_hand_is_no_line(tmp_path: Path) -> None:
    rest = b'"body":"no time"}'
    segment = tmp_path / "000000000001.jsonl"
    segment.write_bytes(b'{"crc":"%08x",%b\n' % (spool.segments.crc32(rest), rest) + b"x")
    assert list(segments.read(segment)) == [
        Damaged(1, segment.read_bytes()[:-1], "the line is none of the spool's"),
        Damaged(2, b"x", "the line breaks off"),
    ]


def test_order_is_by_number_whatever_the_clock_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = 3600
    for number, body in enumerate("abcde"):
        monkeypatch.setattr("time.time", lambda back=number: 1e9 - back * hour)
        assert acknowledged(folder, [body]) == [body]
        newest = segments.seal(folder / SOURCE)[-1]
        os.utime(newest, (1e9 - number * hour,) * 2)
    assert kept(folder) == list("abcde")


def test_a_number_is_never_used_twice(folder: Path) -> None:
    for body, number in (("a", 1), ("b", 2), ("c", 3)):
        acknowledged(folder, [body])
        found = segments.seal(folder / SOURCE)
        assert [path.name for path in found] == [f"{number:012}.jsonl"]
        segments.remove(found)
    assert not restarted(folder)


def test_it_rotates(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "ROTATE_AT", 1000)
    bodies = [f"{number:03}" for number in range(50)]
    assert acknowledged(folder, bodies) == bodies
    assert len(segments.sealed(folder / SOURCE)) >= 5
    assert kept(folder) == bodies


def test_it_takes_no_more_than_its_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 3 * len(line("a"))
    assert acknowledged(folder, list("abcd"), limit) == list("abc")
    segments.remove(segments.seal(folder / SOURCE))
    assert acknowledged(folder, ["e"], limit) == ["e"]


def test_what_waits_at_the_end_is_written_and_nothing_after_it(folder: Path) -> None:
    async def write() -> None:
        waiting = [asyncio.create_task(writer.write(SOURCE, line(str(n)))) for n in range(100)]
        await asyncio.sleep(0)
        writer.close()
        await asyncio.gather(*waiting)
        with pytest.raises(SpoolError, match="closed"):
            await writer.write(SOURCE, line("late"))

    writer = Spool(folder)
    writer.start()
    asyncio.run(write())
    assert kept(folder) == [str(number) for number in range(100)]


def test_a_defect_leaves_nobody_waiting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(segments.Receiving, "append", broken)
        assert acknowledged(folder, ["a"]) == []
    assert acknowledged(folder, ["b"]) == ["b"]


def test_who_stops_waiting_disturbs_nobody(folder: Path) -> None:
    async def write() -> None:
        gone = asyncio.create_task(writer.write(SOURCE, line("a")))
        await asyncio.sleep(0)
        gone.cancel()
        await writer.write(SOURCE, line("b"))

    writer = Spool(folder)
    writer.start()
    asyncio.run(write())
    writer.close()
    assert kept(folder) == ["a", "b"]


def traffic(folder: Path, name: str, count: int, told: list[str]) -> None:
    """Write bodies from many tasks at once, noting what was acknowledged."""

    async def write() -> None:
        async def one(number: int) -> None:
            for part in range(20):
                body = f"{name}-{number}-{part}"
                await writer.write(SOURCE, line(body))
                told.append(body)

        await asyncio.gather(*(one(number) for number in range(count // 20)))

    writer = Spool(folder)
    writer.start()
    asyncio.run(write())
    writer.close()


def test_receivers_and_a_drain_share_a_spool(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every acknowledged line is read exactly once, while two receivers write, rotate and find torn lines."""
    monkeypatch.setattr(segments, "ROTATE_AT", 50_000)
    told: list[str] = []
    writers = [
        threading.Thread(target=traffic, args=(folder, name, 3000, told)) for name in ("a", "b")
    ]
    for writer in writers:
        writer.start()
    read: list[str] = []
    rounds = 0
    while any(writer.is_alive() for writer in writers):
        found = segments.seal(folder / SOURCE)
        read += [entry.body.decode() for path in found for entry in segments.read(path)]  # type: ignore[union-attr]
        segments.remove(found)
        rounds += 1
    read += kept(folder)
    assert rounds > 2
    assert len(told) == len(read) == 6000
    assert sorted(told) == sorted(read)
    # Each task waited for its last line, so that its lines lie in order.
    for prefix in ("a-0-", "b-7-"):
        mine = [body for body in read if body.startswith(prefix)]
        assert mine == sorted(mine, key=lambda body: int(body.rsplit("-", 1)[1]))


def test_a_torn_line_of_another_receiver_is_mended_in_passing(folder: Path) -> None:
    async def write() -> None:
        await writer.write(SOURCE, line("a"))
        with (folder / SOURCE / "receiving.jsonl").open("ab") as file:
            file.write(line("other") + line("killed in the middle of it")[:-20])
        await writer.write(SOURCE, line("b"))

    writer = Spool(folder)
    writer.start()
    asyncio.run(write())
    writer.close()
    assert kept(folder) == ["a", "other", "b"]


KILLED = """
import asyncio, os, sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.webhooks.segments import encode
from pipelines.webhooks.spool import Spool

async def one(number):
    for part in range(10**9):
        body = f"{number}-{part}"
        await spool.write("one", encode(datetime.now(UTC), {}, (body + "x" * 4000).encode()))
        os.write(1, f"{body}\\n".encode())

async def write():
    await asyncio.gather(*(one(number) for number in range(20)))

spool = Spool(Path(sys.argv[1]))
spool.start()
asyncio.run(write())
"""


@pytest.mark.slow
def test_killed_receivers_lose_nothing(folder: Path) -> None:
    told: set[str] = set()
    for wait in (0.2, 0.4):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(folder)],
            stdout=subprocess.PIPE,
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        ) as process:
            assert process.stdout
            first = process.stdout.readline().decode()
            threading.Timer(wait, process.kill).start()
            told |= {first, *process.stdout.read().decode().splitlines(keepends=True)}
        restarted(folder)
        found = {body.rstrip("x") + "\n" for body in kept(folder)}
        assert {body for body in told if body.endswith("\n")} <= found
        shutil.rmtree(folder / SOURCE)
        told.clear()
