"""The spool: deliveries on disk, from the moment they are acknowledged until the warehouse has them.

`Spool.write` returns when the line, and the name of its file, are on disk. One thread takes all that waits, writes it
with one call and one fdatasync a source, then lets everybody go (group commit). Several receivers and a drain may share
a spool: `segments` says how, and has what a drain needs: `seal`, `read` and `remove`.
"""

import asyncio
import logging
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple

from pipelines.webhooks import segments
from pipelines.webhooks.segments import Receiving, SpoolError

log = logging.getLogger(__name__)

LIMIT = 10 * 2**30
# What one write holds at most, so that memory stays bounded whatever waits.
BATCH_BYTES = 32 * 2**20
# Told of each group: its source, its deliveries, the seconds it took, and what failed.
Told = Callable[[str, int, float, str | None], None]


class _Waiting(NamedTuple):
    """A delivery on its way to the disk."""

    source: str
    line: bytes
    done: "asyncio.Future[None]"


class Spool:
    """A spool that one event loop writes to. `limit` is the bytes that it may hold, all sources together."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        """The spool in `folder`; nothing is made before `start`."""
        self.folder = folder
        self.limit = limit
        self.on_commit: Told = lambda source, deliveries, seconds, failure: None
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._receiving: dict[str, Receiving] = {}
        self._thread: threading.Thread | None = None
        self._size = 0
        self._measured_at = float("-inf")

    def start(self) -> list[str]:
        """Mend what a crash left behind, and begin; returns what there is to tell of it, a sentence each.

        Raises `SpoolError` where the folder cannot be written.
        """
        told = []
        try:
            with suppress(
                PermissionError
            ):  # whoever may not read above the data folder made it long ago
                segments.make_folder(self.folder.parent)
            segments.make_folder(self.folder)
            tempfile.TemporaryFile(dir=self.folder).close()
            for source in segments.sources(self.folder):
                receiving = Receiving(self.folder / source)
                try:
                    receiving.hold(create=False)
                finally:
                    receiving.release()
                told += receiving.repaired
                told += [
                    f"{path} is none of the spool's files, and is left alone"
                    for path in segments.foreign(self.folder / source)
                ]
        except OSError as error:
            raise SpoolError(
                f"{error.filename or self.folder}: {error.strerror or error}"
            ) from error
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
        self._thread.start()
        return told

    async def write(self, source: str, line: bytes) -> None:
        """Return when the line is on disk; raises `SpoolError` where it is not, and then it does not count."""
        if self._thread is None:
            raise SpoolError("the spool is closed")
        done = asyncio.get_running_loop().create_future()
        self._queue.put(_Waiting(source, line, done))
        await done

    def close(self) -> None:
        """Write what still waits, and end."""
        thread, self._thread = self._thread, None
        if thread:
            self._queue.put(None)
            thread.join()

    def sizes(self) -> dict[str, int]:
        """The bytes that wait for the next load, by source."""
        return {
            source: segments.size(self.folder / source) for source in segments.sources(self.folder)
        }

    def oldest(self, source: str) -> datetime | None:
        """The arrival (UTC) of a source's first delivery that waits; none where none does."""
        return segments.oldest(self.folder / source)

    def _run(self) -> None:
        """The writer's thread: batch after batch, until the end is asked for and nothing waits."""
        more = True
        while more:
            groups: dict[str, list[_Waiting]] = {}
            waiting, taken = self._queue.get(), 0
            while waiting:
                groups.setdefault(waiting.source, []).append(waiting)
                taken += len(waiting.line)
                if taken >= BATCH_BYTES:
                    break
                try:
                    waiting = self._queue.get_nowait()
                except Empty:
                    break
            more = waiting is not None
            for source, group in groups.items():
                self._commit(source, group)
        for receiving in self._receiving.values():
            receiving.release()

    def _commit(self, source: str, group: list[_Waiting]) -> None:
        """Make one group durable, and let those who wait for it know."""
        began = time.monotonic()
        failure = None
        try:
            self._append(source, b"".join([waiting.line for waiting in group]))
        except SpoolError as error:
            failure = str(error)
        except OSError as error:
            failure = error.strerror or type(error).__name__
        except Exception as error:  # whatever it is, nobody may wait for ever
            failure = type(error).__name__
        seconds = time.monotonic() - began
        try:
            group[0].done.get_loop().call_soon_threadsafe(self._resolve, group, seconds, failure)
        except RuntimeError:
            return  # the loop is closed: nobody waits

    def _append(self, source: str, content: bytes) -> None:
        """Write a group's lines, where there is room for them."""
        if time.monotonic() - self._measured_at > 1:  # a drain makes room, other receivers take it
            self._size, self._measured_at = sum(self.sizes().values()), time.monotonic()
        if self._size + len(content) > self.limit:
            raise SpoolError(f"the spool is full ({self.limit:,} bytes)")
        receiving = self._receiving.setdefault(source, Receiving(self.folder / source))
        receiving.append(content)
        self._size += len(content)
        while receiving.repaired:
            log.warning("%s", receiving.repaired.pop())

    def _resolve(self, group: list[_Waiting], seconds: float, failure: str | None) -> None:
        """Tell those who wait, on their own loop."""
        for waiting in group:
            if waiting.done.done():
                continue  # who waited is gone
            if failure is None:
                waiting.done.set_result(None)
            else:
                waiting.done.set_exception(SpoolError(failure))
        self.on_commit(group[0].source, len(group), seconds, failure)
