"""Power cuts under the spool: after each, whatever was acknowledged is there or has landed.

An epoch is the story of one spool between two cuts: receivers that are killed and start again, deliveries that wait for
the disk together, drains that seal, land and remove. Every epoch is cut at several of its moments, each into a state of
its own, and the next epoch begins on one of these.
"""

import asyncio
import random
import shutil
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from pipelines.webhooks import segments, spool
from tests.torture.disk import Call, Disk, Killed, Recorder

SOURCES = ("generic", "github")
SPOOL = Path("data/spool")
ROTATE_AT = 6_000
CUTS_AN_EPOCH = 5
# The share of epochs that begin without a spool: making one is where names can be lost.
NEW_SPOOLS = 0.5
ARRIVAL = datetime(2026, 11, 20, 11, 5, tzinfo=UTC)


@dataclass
class Found:
    """What the cuts so far have shown."""

    cuts: int = 0
    kills: int = 0
    acknowledged: int = 0
    repaired: int = 0
    lost: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.cuts:,} power cuts, {self.kills:,} kills between them, {self.acknowledged:,} deliveries"
            f" acknowledged before a cut, {self.repaired:,} repairs told, {len(self.lost):,} lost"
        )


def body(key: str) -> bytes:
    """The body of a delivery, from 40 bytes to 4,000, some of which are no UTF-8; its key says all of it."""
    dice = random.Random(key)
    filler = dice.choice((b"x", "ä".encode(), b"\xff")) * dice.choice((10, 100, 600, 2_000))
    return f"{key} ".encode() + filler


def cut_often(
    folder: Path,
    cuts: int,
    seed: int,
    ignored: Collection[str] = (),
    told: Callable[[Found], None] = lambda found: None,
) -> Found:
    """Cut the power so many times below `folder`. Calls of the `ignored` kinds never reach the disk: a missing sync."""
    found = Found()
    dice = random.Random(seed)
    here, epoch = folder / "0", 0
    here.mkdir(parents=True)
    safe: set[str] = set()
    with patch.object(segments, "ROTATE_AT", ROTATE_AT), quiet():
        while found.cuts < cuts:
            epoch += 1
            recorder = live(here, dice, f"{seed}-{epoch}", found)
            for number in range(CUTS_AN_EPOCH):
                calls = recorder.calls[: dice.randint(1, len(recorder.calls))]
                after = folder / f"{epoch}-{number}"
                kept = [call for call in calls if call.kind not in ignored]
                Disk(recorder).play(kept).lose_power(after, dice)
                expected = safe | noted(calls, "acknowledged")
                probe = shutil.copytree(after, folder / "probe")
                found.lost += sorted(expected - noted(calls, "landed") - present(probe, found))
                found.acknowledged += len(expected)
                found.cuts += 1
                shutil.rmtree(probe)
                if number < CUTS_AN_EPOCH - 1:
                    shutil.rmtree(after)
            told(found)
            shutil.rmtree(here)
            # What a cut has lost once, for want of a sync, is not looked for again.
            here, safe = after, expected - noted(calls, "landed") - set(found.lost)
            if dice.random() < NEW_SPOOLS:
                shutil.rmtree(here)
                here.mkdir()
                safe = set()
    return found


@contextmanager
def quiet() -> Iterator[None]:
    """Without the words of threads that were killed, and of segments that are damaged as intended."""
    said = threading.excepthook

    def hook(about: threading.ExceptHookArgs) -> None:
        if about.exc_type is not Killed:
            said(about)

    with patch.object(threading, "excepthook", hook), patch.object(segments.log, "disabled", True):
        yield


def noted(calls: list[Call], what: str) -> set[str]:
    """The deliveries of which something was noted."""
    return {call.about[1] for call in calls if call.kind == "note" and call.about[0] == what}


def present(folder: Path, found: Found) -> set[str]:
    """The deliveries that a spool holds once it has started again, whole."""
    keys = set()
    after = spool.Spool(folder / SPOOL)
    found.repaired += len(after.start())
    after.close()
    for source in segments.sources(folder / SPOOL):
        for segment in segments.seal(folder / SPOOL / source):
            for line in segments.read(segment):
                if isinstance(line, segments.Line):
                    key = line.headers["key"]
                    assert line.body == body(key), f"{key} is not what was sent"
                    keys.add(key)
    return keys


def live(folder: Path, dice: random.Random, name: str, found: Found) -> Recorder:
    """One epoch: the calls of a receiver's lives, each but the last ended by a kill at some call."""
    with Recorder(folder) as recorder:
        lives = dice.randint(1, 4)
        for life in range(lives):
            is_last = life == lives - 1
            recorder.kill_after(
                None if is_last else dice.choice((dice.randint(1, 12), dice.randint(1, 100)))
            )
            try:
                asyncio.run(receive(folder / SPOOL, recorder, dice, f"{name}-{life}"))
            except Killed:
                found.kills += 1
                recorder.bury()
    return recorder


async def receive(folder: Path, recorder: Recorder, dice: random.Random, name: str) -> None:
    """A receiver's life, with a drain now and then."""
    folder.parent.mkdir(exist_ok=True)
    receiver = spool.Spool(folder)
    try:
        receiver.start()
        await receive_rounds(receiver, folder, recorder, dice, name)
    finally:
        receiver.close()


async def receive_rounds(
    receiver: spool.Spool, folder: Path, recorder: Recorder, dice: random.Random, name: str
) -> None:
    """Deliveries that come several at a time, and drains between."""
    sent = 0
    for _ in range(dice.randint(2, 8)):
        keys = [f"{name}-{sent + number}" for number in range(dice.randint(1, 8))]
        sent += len(keys)
        waiting = [asyncio.create_task(deliver(receiver, recorder, key)) for key in keys]
        while waiting:
            done, pending = await asyncio.wait(waiting, timeout=0.05)
            for task in done:
                task.result()
            waiting = list(pending)
            if recorder.is_killed:
                for task in waiting:
                    task.cancel()
                raise Killed
        if dice.random() < 0.3:
            drain(folder / dice.choice(SOURCES), recorder)


async def deliver(receiver: spool.Spool, recorder: Recorder, key: str) -> None:
    """One delivery; it counts as acknowledged from the moment that the spool says so."""
    source = SOURCES[len(body(key)) % 2]
    try:
        await receiver.write(source, segments.encode(ARRIVAL, {"key": key}, body(key)))
    except segments.SpoolError:
        return
    recorder.note("acknowledged", key)


def drain(folder: Path, recorder: Recorder) -> None:
    """Land everything that is sealed, in a warehouse that never forgets, and remove it."""
    sealed = segments.seal(folder)
    for segment in sealed:
        for line in segments.read(segment):
            if isinstance(line, segments.Line):
                recorder.note("landed", line.headers["key"])
    segments.remove(sealed)
