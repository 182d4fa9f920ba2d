"""A disk that may lose its power: what a program asked of it, and what may be left at any moment.

`Recorder` watches the calls that this process makes below a folder. `Disk` plays them again up to a moment and draws
one of the states that a power loss may leave behind, under the promises of POSIX and no others:

- what was written to a file is durable once the file was synced; before, each block of 512 bytes may be there, be
  zeros, or end in the middle;
- a name in a folder is durable once the folder was synced; before, each change of a name may be lost, but of two
  changes that concern the same name or the same file never the earlier one alone.
"""

import builtins
import fcntl
import io
import itertools
import os
import random
import stat
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

BLOCK = 512
FOLDER = -1


class Call(NamedTuple):
    """One thing that happened to a file (by its number) or to names.

    write (offset, bytes) · truncate (length) · sync (the whole content, where not all of it was seen written)
    create, unlink, folder (name) · rename (name, name) · synced (name of a folder) · note (anything)
    """

    kind: str
    file: int
    about: tuple[Any, ...] = ()


class Killed(BaseException):
    """The process has been killed: nothing that it asks for happens any more."""


class Recorder:
    """What this process does below `root` while it is entered, in order.

    A sync is only recorded, so that nothing here waits for a disk.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.calls: list[Call] = []
        self.lock = threading.RLock()
        self.patches = ExitStack()
        self.unused = itertools.count()
        self.left: int | None = None
        self.numbers: dict[tuple[int, int], int] = {}
        self.names: dict[str, int] = {}
        for path in sorted(self.root.rglob("*")):
            self.names[self.name(path) or ""] = FOLDER if path.is_dir() else self.number(path)
        self.start = dict(self.names)
        self.contents = {
            number: (self.root / name).read_bytes()
            for name, number in self.names.items()
            if number != FOLDER
        }
        self.lengths = {number: len(content) for number, content in self.contents.items()}

    def __enter__(self) -> "Recorder":
        for module, name in (
            *((os, name) for name in ("open", "write", "writev", "pwrite", "ftruncate", "mkdir")),
            *((os, name) for name in ("fsync", "fdatasync", "rename", "replace", "unlink")),
            (os, "remove"),
            (io, "open"),
            (builtins, "open"),
        ):
            real = getattr(module, name)
            watched = getattr(self, f"_{ALIASES.get(name, name)}" if module is os else "_file")
            self.patches.enter_context(patch.object(module, name, self._around(real, watched)))
        return self

    def __exit__(self, *_: object) -> None:
        self.patches.close()

    def kill_after(self, calls: int | None) -> None:
        """Let so many more calls happen; the process is dead to the disk from then on (`Killed`)."""
        self.left = calls

    def bury(self) -> None:
        """Close what a killed process had open, and its locks with it, as the system would."""
        for entry in os.listdir("/proc/self/fd"):  # noqa: PTH208
            with suppress(OSError):
                if self.name(int(entry)):
                    os.close(int(entry))

    @property
    def is_killed(self) -> bool:
        """Whether a call was refused."""
        return self.left is not None and self.left < 0

    def note(self, *about: Any) -> None:
        """Record that something else happened now, such as an acknowledgement."""
        self.add("note", FOLDER, *about)

    def add(self, kind: str, file: int, *about: Any) -> None:
        with self.lock:
            self.calls.append(Call(kind, file, about))

    def name(self, path: Any) -> str | None:
        """A path as a name below the root; none for what lies elsewhere."""
        if isinstance(path, int) or hasattr(path, "fileno"):
            descriptor = path if isinstance(path, int) else path.fileno()
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
        text = os.path.abspath(os.fsdecode(path))  # noqa: PTH100  (follows no link)
        inside = text.startswith(f"{self.root}/")
        return text[len(str(self.root)) + 1 :] if inside else "" if text == str(self.root) else None

    def number(self, path: Any, new: bool = False) -> int:
        """The number of a file; a new one never has the number of one before it, though the system re-uses its own."""
        status = os.stat(path)  # noqa: PTH116  (a descriptor as well)
        key = (status.st_dev, status.st_ino)
        if new or key not in self.numbers:
            self.numbers[key] = next(self.unused)
        return self.numbers[key]

    def created(self, name: str, path: Any) -> None:
        """A name that was not there before."""
        self.names[name] = number = self.number(path, new=True)
        self.lengths[number] = 0
        self.add("create", number, name)

    def known(self, name: str, path: Any) -> int:
        """The number of what has a name, which something that is not watched may have made."""
        if name not in self.names:
            self.names[name] = self.number(path)
            self.add("create", self.names[name], name)
        return self.names[name]

    def _around(self, real: Callable[..., Any], watched: Callable[..., Any]) -> Callable[..., Any]:
        """The call as the program makes it: those below the root go through `watched`, one at a time."""

        def call(subject: Any, *arguments: Any, **options: Any) -> Any:
            try:
                name = (
                    None
                    if watched == self._file and isinstance(subject, int)
                    else self.name(subject)
                )
            except (OSError, ValueError, TypeError):
                name = None
            if name is None:
                return real(subject, *arguments, **options)
            with self.lock:
                if self.left is not None:
                    self.left -= 1
                    if self.left < 0:
                        raise Killed
                return watched(name, real, subject, *arguments, **options)

        return call

    def _open(self, name: str, real: Any, path: Any, flags: int, *rest: Any, **options: Any) -> int:
        existed = os.path.lexists(path)
        descriptor: int = real(path, flags, *rest, **options)
        if flags & os.O_CREAT and not existed:
            self.created(name, descriptor)
        elif flags & os.O_TRUNC:
            self._cut(self.number(descriptor), 0)
        return descriptor

    def _file(
        self, name: str, real: Any, path: Any, mode: str = "r", *rest: Any, **options: Any
    ) -> Any:
        existed = os.path.lexists(path)
        file = real(path, mode, *rest, **options)
        if not existed and set(mode) & set("wax+"):
            self.created(name, file.fileno())
        elif "w" in mode:
            self._cut(self.number(file.fileno()), 0)
        return file

    def _write(self, name: str, real: Any, descriptor: int, data: Any) -> int:
        number = self.number(descriptor)
        at_end = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND
        whence = os.SEEK_END if at_end else os.SEEK_CUR
        offset = os.lseek(descriptor, 0, whence)
        written: int = real(descriptor, data)
        whole = b"".join(map(bytes, data)) if isinstance(data, list | tuple) else bytes(data)
        self._wrote(number, offset, whole[:written])
        return written

    _writev = _write

    def _pwrite(self, name: str, real: Any, descriptor: int, data: Any, offset: int) -> int:
        written: int = real(descriptor, data, offset)
        self._wrote(self.number(descriptor), offset, bytes(data)[:written])
        return written

    def _wrote(self, number: int, offset: int, data: bytes) -> None:
        self.lengths[number] = max(self.lengths.get(number, 0), offset + len(data))
        self.add("write", number, offset, data)

    def _ftruncate(self, name: str, real: Any, descriptor: int, length: int) -> None:
        real(descriptor, length)
        self._cut(self.number(descriptor), length)

    def _cut(self, number: int, length: int) -> None:
        self.lengths[number] = length
        self.add("truncate", number, length)

    def _fsync(self, name: str, real: Any, file: Any) -> None:
        descriptor = file if isinstance(file, int) else file.fileno()
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            self.add("synced", FOLDER, name)
            return
        number = self.known(name, descriptor)
        if self.lengths.get(number) == status.st_size:
            self.add("sync", number)
        else:  # written by something that is not watched, such as a database
            self.lengths[number] = status.st_size
            self.add("sync", number, Path(f"/proc/self/fd/{descriptor}").read_bytes())

    def _rename(self, name: str, real: Any, path: Any, target: Any) -> None:
        self.known(name, path)
        real(path, target)
        to = self.name(target)
        number = self.names.pop(name)
        if to is None:
            self.add("unlink", number, name)
            return
        self.names[to] = number
        self.add("rename", number, name, to)

    def _unlink(self, name: str, real: Any, path: Any, **options: Any) -> None:
        real(path, **options)
        self.add("unlink", self.names.pop(name, FOLDER), name)

    def _mkdir(self, name: str, real: Any, path: Any, *rest: Any, **options: Any) -> None:
        real(path, *rest, **options)
        self.names[name] = FOLDER
        self.add("folder", FOLDER, name)


ALIASES = {"fdatasync": "fsync", "replace": "rename", "remove": "unlink"}


class Disk:
    """What is durable after the calls so far, and what is not yet."""

    def __init__(self, recorder: Recorder) -> None:
        self.contents = {
            number: bytearray(content) for number, content in recorder.contents.items()
        }
        self.names = dict(recorder.start)
        self.written: dict[int, list[Call]] = {}
        self.renamed: list[Call] = []

    def play(self, calls: Iterable[Call]) -> "Disk":
        """Go through calls; notes are none of the disk's."""
        for call in calls:
            if call.kind in ("write", "truncate"):
                self.written.setdefault(call.file, []).append(call)
            elif call.kind == "sync":
                pending = self.written.pop(call.file, [])
                if call.about:
                    self.contents[call.file] = bytearray(call.about[0])
                for write in () if call.about else pending:
                    apply(self.contents.setdefault(call.file, bytearray()), write)
            elif call.kind == "synced":
                due = [change for change in self.renamed if call.about[0] in folders(change)]
                for change in due:
                    self.rename(change)
                self.renamed = [change for change in self.renamed if change not in due]
            elif call.kind != "note":
                self.renamed.append(call)
        return self

    def rename(self, change: Call) -> None:
        """Make one change of names durable."""
        self.names.pop(change.about[0], None)
        if change.kind != "unlink":
            self.names[change.about[-1]] = change.file

    def lose_power(self, folder: Path, dice: random.Random) -> None:
        """Write one of the states that may be left into a new folder; the disk is of no use afterwards."""
        likely = dice.choice((0.0, 0.5, 1.0))
        lost: set[str | int] = set()
        for change in self.renamed:
            concerned = {*change.about, *({change.file} - {FOLDER})}
            if concerned & lost or dice.random() >= likely:
                lost |= concerned
            else:
                self.rename(change)
        for file, calls in self.written.items():
            content = self.contents.setdefault(file, bytearray())
            for call in survivors(calls, dice):
                apply(content, call)
        folder.mkdir(parents=True)
        for name, number in sorted(self.names.items()):
            path = folder / name
            if not path.parent.is_dir():
                continue  # the folder's own name was lost, and all that is in it
            if number == FOLDER:
                path.mkdir()
            else:
                path.write_bytes(self.contents.get(number, b""))


def folders(change: Call) -> set[str]:
    """The folders whose sync makes a change of names durable."""
    return {name.rpartition("/")[0] for name in change.about}


def apply(content: bytearray, call: Call) -> None:
    """One write or truncation; a hole is zeros."""
    if call.kind == "truncate":
        length = call.about[0]
        del content[length:]
        content.extend(bytes(length - len(content)))
        return
    offset, data = call.about
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


def survivors(calls: list[Call], dice: random.Random) -> list[Call]:
    """Which of the unsynced writes of one file a power loss leaves: none, all, up to a torn one, or any blocks."""
    kind = dice.choice(("none", "all", "torn", "blocks"))
    if kind in ("none", "all"):
        return calls if kind == "all" else []
    if kind == "torn":
        whole = dice.randrange(len(calls))
        offset, data = calls[whole].about if calls[whole].kind == "write" else (0, b"")
        torn = Call("write", calls[whole].file, (offset, data[: dice.randint(0, len(data))]))
        return [*calls[:whole], torn]
    left = []
    for call in calls:
        if call.kind == "truncate":
            left += [call] * dice.randrange(2)
            continue
        offset, data = call.about
        first = -offset % BLOCK or BLOCK
        for start, end in itertools.pairwise([0, *range(first, len(data), BLOCK), len(data)]):
            piece = data[start:end] if dice.randrange(2) else bytes(end - start)
            left.append(Call("write", call.file, (offset + start, piece)))
    return left
