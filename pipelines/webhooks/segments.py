"""Segments: the files of the spool, their lines, and who may write, seal and remove them.

`<spool>/<source>/receiving.jsonl` is appended to; `<spool>/<source>/<12 digits>.jsonl` are sealed, in the order of
their numbers. A line is one delivery, readable with jq, its first field the checksum of the rest of the line:

    {"crc":"<8 hex>","received_at":"<ISO, UTC>","headers":{…},"body":"<text>"}     or "body_base64" where it is no UTF-8

Whoever writes or seals holds `flock` on the file that is named `receiving.jsonl` at that moment.
"""

import fcntl
import logging
import os
import re
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import orjson

from pipelines.disk import sync, sync_folder

log = logging.getLogger(__name__)

# A source is a package below pipelines/.
SOURCE = re.compile(r"[a-z][a-z0-9_]*")
RECEIVING = "receiving.jsonl"
SEALED = re.compile(r"[0-9]{12}\.jsonl")
# The highest number that was ever removed, so that no number is used twice.
LAST = "last"
DRAFT = "last.new"
HEAD = re.compile(rb'\{"crc":"([0-9a-f]{8})",')
HEAD_LENGTH = 18
ARRIVAL = re.compile(rb'.{18}"received_at":"([0-9T:.+-]{32})"')
ROTATE_AT = 64 * 2**20


class SpoolError(Exception):
    """The spool could not take or give something; the text says why, and holds nothing of a delivery."""


class Line(NamedTuple):
    """One delivery: its line's number from 1, its arrival (UTC), the headers that were kept, the body's bytes."""

    number: int
    received_at: datetime
    headers: dict[str, str]
    body: bytes


class Damaged(NamedTuple):
    """A line that is not what was written: its number from 1, its bytes, and what is wrong."""

    number: int
    content: bytes
    reason: str


def encode(received_at: datetime, headers: Mapping[str, str], body: bytes) -> bytes:
    """The line of one delivery."""
    kept: dict[str, Any] = {
        "received_at": received_at.isoformat(timespec="microseconds"),
        "headers": headers,
    }
    try:
        kept["body"] = body.decode()
    except UnicodeDecodeError:
        kept["body_base64"] = b64encode(body).decode()
    rest = orjson.dumps(kept)[1:]
    return b'{"crc":"%08x",%b\n' % (crc32(rest), rest)


def read(segment: Path) -> Iterator[Line | Damaged]:
    """The deliveries of a sealed segment, one line in memory at a time."""
    with segment.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            yield _decoded(number, line)


def _decoded(number: int, line: bytes) -> Line | Damaged:
    """What one line holds, or what is wrong with it."""
    if not line.endswith(b"\n"):
        return Damaged(number, line, "the line breaks off")
    if not _is_sound(line):
        return Damaged(number, line, "the line's checksum does not fit")
    try:
        kept = orjson.loads(line)
        body = kept["body"].encode() if "body" in kept else b64decode(kept["body_base64"])
        received_at = datetime.fromisoformat(kept["received_at"])
        return Line(number, received_at, dict(kept["headers"]), body)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Damaged(number, line, "the line is none of the spool's")


def _is_sound(line: bytes) -> bool:
    """Whether a line is whole and as it was written."""
    head = HEAD.match(line)
    return bool(head and line.endswith(b"\n") and int(head[1], 16) == crc32(line[HEAD_LENGTH:-1]))


def seal(folder: Path) -> list[Path]:
    """Seal what a source's folder has received, and return its sealed segments in order.

    A receiver may be writing: it goes on in a new segment. Raises `SpoolError` where the folder cannot be written.
    """
    receiving = Receiving(folder)
    try:
        if receiving.hold(create=False) and receiving.end:
            receiving.seal()
    except OSError as error:
        raise SpoolError(f"{folder}: {error.strerror or error}") from error
    finally:
        receiving.release()
    for told in receiving.repaired:
        log.warning("%s", told)
    return sealed(folder)


def sealed(folder: Path) -> list[Path]:
    """The sealed segments of a source's folder, in the order of their numbers."""
    try:
        return sorted(path for path in folder.iterdir() if SEALED.fullmatch(path.name))
    except FileNotFoundError:
        return []


def remove(segments: Iterable[Path]) -> None:
    """Remove sealed segments whose deliveries are safe elsewhere; they stay removed once this returns."""
    by_folder: dict[Path, list[Path]] = {}
    for segment in segments:
        by_folder.setdefault(segment.parent, []).append(segment)
    for folder, paths in by_folder.items():
        highest = max(_last(folder), *(int(path.stem) for path in paths))
        with suppress(OSError):  # a full disk must not keep anybody from making room
            (folder / DRAFT).write_text(f"{highest:012}\n")
            (folder / DRAFT).replace(folder / LAST)
        for path in paths:
            path.unlink(missing_ok=True)
        sync_folder(folder)


def _last(folder: Path) -> int:
    """The highest number that was ever removed; 0 where none was, or nobody knows."""
    try:
        return int((folder / LAST).read_text())
    except (FileNotFoundError, ValueError):
        return 0


def sources(spool: Path) -> list[str]:
    """The sources that a spool has a folder for; a folder that no source can be called, `lost+found`, is left alone."""
    if not spool.is_dir():
        return []
    return sorted(
        path.name for path in spool.iterdir() if SOURCE.fullmatch(path.name) and path.is_dir()
    )


def size(folder: Path) -> int:
    """The bytes in a source's segments."""
    total = 0
    for path in (*sealed(folder), folder / RECEIVING):
        with suppress(FileNotFoundError):  # sealed or removed meanwhile
            total += path.stat().st_size
    return total


def oldest(folder: Path) -> datetime | None:
    """The arrival (UTC) of the first delivery in a source's folder; none where nothing waits."""
    for path in (*sealed(folder), folder / RECEIVING):
        with suppress(FileNotFoundError), path.open("rb") as lines:
            arrival = ARRIVAL.match(lines.read(100))
            if arrival:
                return datetime.fromisoformat(arrival[1].decode())
    return None


def foreign(folder: Path) -> list[Path]:
    """What lies in a source's folder and is none of the spool's."""
    known = {RECEIVING, LAST, DRAFT}
    return [p for p in folder.iterdir() if p.name not in known and not SEALED.fullmatch(p.name)]


def make_folder(folder: Path) -> None:
    """Make a folder whose name outlasts a power cut; payloads name people, so that only its owner reads it."""
    if not folder.parent.is_dir():
        make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    # Also of a folder that is there: who made it may have been killed before this.
    sync_folder(folder.parent)


class Receiving:
    """The segment that is written now: held under its lock, and mended where a writer left it torn."""

    def __init__(self, folder: Path) -> None:
        """The segment of one source's folder; nothing is opened yet."""
        self.folder = folder
        self.path = folder / RECEIVING
        self.fd = -1
        # Up to here the file has been read or written by this object.
        self.end = 0
        # What was mended, a sentence each.
        self.repaired: list[str] = []

    def append(self, content: bytes) -> None:
        """Write lines behind what is there and return when they are on disk; where it raises, none of them counts."""
        try:
            self.hold()
            try:
                rest = memoryview(content)
                while rest:
                    rest = rest[os.write(self.fd, rest) :]
            except OSError:
                os.ftruncate(self.fd, self.end)
                raise
            try:
                sync(self.fd)
            except OSError:
                # What the disk holds is unknown now, and asking this file again could answer wrongly that all is well.
                os.ftruncate(self.fd, self.end)
                self.seal()
                raise
        except BaseException:
            self.release()
            raise
        self.end += len(content)
        if self.end >= ROTATE_AT:
            with suppress(OSError):  # what counts is on disk; a longer segment harms nobody
                self.seal()
        if self.fd >= 0:
            fcntl.flock(self.fd, fcntl.LOCK_UN)

    def hold(self, create: bool = True) -> bool:
        """Lock the file that has the name now, whole lines in it; False where there is none and none is to be made."""
        while True:
            if self.fd < 0:
                try:
                    self._open(create)
                except FileNotFoundError:
                    if create:
                        raise
                    return False
            fcntl.flock(self.fd, fcntl.LOCK_EX)
            held = os.fstat(self.fd)
            try:
                named = self.path.stat(follow_symlinks=False)
            except FileNotFoundError:
                named = None
            if named is None or (named.st_dev, named.st_ino) != (held.st_dev, held.st_ino):
                self.release()  # somebody sealed it
                continue
            if held.st_size != self.end and not self._mend(held.st_size):
                self.seal()
                continue
            return True

    def _open(self, create: bool) -> None:
        """Open the file; its name is on disk when this returns."""
        if create:
            make_folder(self.folder)
        flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        fd = os.open(self.path, flags | (os.O_CREAT if create else 0), 0o600)
        try:
            sync_folder(self.folder)
        except OSError:
            os.close(fd)
            raise
        self.fd, self.end = fd, 0

    def _mend(self, length: int) -> bool:
        """Read what others wrote, cut off what follows its last sound line; False where there is no room for that."""
        if length < self.end:
            self.end = 0
        damaged, start = 0, self.end
        with os.fdopen(os.dup(self.fd), "rb") as lines:
            lines.seek(start)
            for line in lines:
                if _is_sound(line):
                    damaged += start > self.end
                    self.end = start + len(line)
                start += len(line)
        if damaged:
            self.repaired.append(
                f"{self.path} is damaged in {damaged} of its lines; the next load quarantines them"
            )
        if self.end == length:
            return True
        try:
            aside = self._copied_aside()
        except OSError as error:
            self.repaired.append(
                f"{self.path}: {length - self.end:,} bytes follow the last whole line; sealed with them, since they "
                f"could not be moved away ({error.strerror}), and the next load quarantines them"
            )
            return False
        self.repaired.append(
            f"{self.path}: {length - self.end:,} bytes follow the last whole line, a write that was cut short and "
            f"never acknowledged; moved to {aside}"
        )
        os.ftruncate(self.fd, self.end)
        sync(self.fd)
        return True

    def _copied_aside(self) -> Path:
        """A copy of what follows the last sound line, on disk in the quarantine's folder."""
        folder = self.folder.parent.parent / "quarantine" / "spool"
        make_folder(folder)
        fd, name = tempfile.mkstemp(prefix=f"{self.folder.name}-", suffix=".torn", dir=folder)
        try:
            with os.fdopen(fd, "wb") as copy, os.fdopen(os.dup(self.fd), "rb") as torn:
                torn.seek(self.end)
                while part := torn.read(2**20):
                    copy.write(part)
                copy.flush()
                sync(copy.fileno())
            sync_folder(folder)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        return Path(name)

    def seal(self) -> None:
        """Give the held file the next number, and let it go."""
        numbers = (int(path.stem) for path in sealed(self.folder))
        number = max(_last(self.folder), *numbers, 0) + 1
        # Only who holds the file named `receiving.jsonl` comes here, so that no two take one number.
        self.path.rename(self.folder / f"{number:012}.jsonl")
        self.release()
        sync_folder(self.folder)

    def release(self) -> None:
        """Close the file, and its lock with it."""
        if self.fd >= 0:
            os.close(self.fd)
        self.fd, self.end = -1, 0
