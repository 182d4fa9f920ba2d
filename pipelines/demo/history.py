"""Real git repositories, written by `git fast-import`, with every object id known before git sees the object.

Payloads, revert messages and "Caused by" lines quote commit ids while the history is still growing; so ids are computed
here and git's own answer is compared with them at the end.
"""

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

NO_SHA = "0" * 40
Edit = tuple[str, tuple[str, ...], int]
"""What a commit does to a file: its path, the lines that it adds at the end, how many it deletes at the top."""


@dataclass(frozen=True, slots=True)
class Person:
    """An account of the demo; bots are accounts too."""

    login: str
    name: str
    email: str
    id: int
    type: str = "User"


@dataclass(slots=True, eq=False)
class Commit:
    """A commit as git knows it; times in epoch seconds, UTC."""

    sha: str
    tree: str
    mark: int
    parents: tuple[str, ...]
    message: str
    author: Person
    authored: int
    committer: Person
    committed: int
    edits: tuple[Edit, ...]
    added: int = 0
    deleted: int = 0

    @property
    def is_merge(self) -> bool:
        """Whether it has more than one parent."""
        return len(self.parents) > 1

    @property
    def paths(self) -> list[str]:
        """The files it touches, sorted."""
        return sorted({path for path, _, _ in self.edits})


def object_id(kind: str, content: bytes) -> "hashlib._Hash":
    """Git's hash of an object."""
    return hashlib.sha1(
        b"%s %d\0%s" % (kind.encode(), len(content), content), usedforsecurity=False
    )


def _alone() -> dict[str, str]:
    """An environment in which git knows neither this machine's configuration nor a hook's repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


class Tree:
    """The files of one commit, folders of one level; copies share what neither side has touched since."""

    __slots__ = ("_folders", "_ids")

    def __init__(
        self, folders: dict[str, dict[str, tuple[bytes, tuple[str, ...]]]], ids: dict[str, bytes]
    ) -> None:
        """Use `Tree.empty` or `copy`."""
        self._folders = folders
        self._ids = ids

    @classmethod
    def empty(cls) -> "Tree":
        """No files."""
        return cls({}, {})

    def copy(self) -> "Tree":
        """An independent tree of the same files."""
        return Tree(dict(self._folders), dict(self._ids))

    def edit(self, edit: Edit) -> tuple[bytes, int]:
        """Apply an edit; the new content and the number of lines that it really deleted."""
        path, added, deleted = edit
        folder, _, name = path.rpartition("/")
        files = self._folders.get(folder, {})
        lines = files[name][1] if name in files else ()
        # a file stays short, so that a long history does not grow without bound
        deleted = max(min(deleted, len(lines)), len(lines) + len(added) - 80)
        lines = lines[deleted:] + added
        content = "".join(line + "\n" for line in lines).encode()
        # the folder is replaced, never changed: another tree may share it
        self._folders[folder] = {**files, name: (object_id("blob", content).digest(), lines)}
        self._ids.pop(folder, None)
        return content, deleted

    def files(self) -> list[tuple[str, bytes]]:
        """Each file's path and the id of its content."""
        return [
            (f"{folder}/{name}" if folder else name, blob)
            for folder, files in self._folders.items()
            for name, (blob, _) in files.items()
        ]

    def sha(self) -> str:
        """The id of the root tree."""
        entries = [
            (f"{folder}/", b"40000", self._folder(folder)) for folder in self._folders if folder
        ]
        entries += [
            (name, b"100644", blob) for name, (blob, _) in self._folders.get("", {}).items()
        ]
        return object_id("tree", _tree(entries)).hexdigest()

    def _folder(self, folder: str) -> bytes:
        if folder not in self._ids:
            files = [(name, b"100644", blob) for name, (blob, _) in self._folders[folder].items()]
            self._ids[folder] = object_id("tree", _tree(files)).digest()
        return self._ids[folder]


def _tree(entries: list[tuple[str, bytes, bytes]]) -> bytes:
    # git sorts a folder as if its name ended in a slash
    return b"".join(
        b"%s %s\0%s" % (mode, name.rstrip("/").encode(), blob)
        for name, mode, blob in sorted(entries)
    )


class Repository:
    """A bare repository under way."""

    def __init__(self, path: Path, remote: str) -> None:
        """Create it at `path`, with `remote` as the address of its origin."""
        self.path = path
        path.mkdir(parents=True)
        self._git(
            "init",
            "--quiet",
            "--bare",
            "--template=",
            "--initial-branch=main",
            "--object-format=sha1",
        )
        self._git("config", "remote.origin.url", remote)
        self._marks = path / "engops-marks"
        self._process = subprocess.Popen(
            [
                "git",
                "-C",
                str(path),
                "fast-import",
                "--quiet",
                "--force",
                f"--export-marks={self._marks}",
            ],
            stdin=subprocess.PIPE,
            env=_alone(),
        )
        if self._process.stdin is None:
            raise RuntimeError("git fast-import has no input")
        self._stream = self._process.stdin
        self._ids: list[str] = []

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", "-C", str(self.path), *arguments], check=True, env=_alone())

    def commit(
        self,
        parents: tuple[Commit, ...],
        tree: Tree,
        edits: tuple[Edit, ...],
        message: str,
        author: Person,
        authored: int,
        committer: Person,
        committed: int,
        whole: bool = False,
    ) -> Commit:
        """Write a commit on its parents; `tree` is the first parent's, and becomes the commit's own.

        `whole` is for a tree that is not the first parent's: a merge that takes the other side's files.
        """
        contents: dict[str, bytes] = {}
        added = deleted = 0
        for edit in edits:
            contents[edit[0]], gone = tree.edit(edit)
            added, deleted = added + len(edit[1]), deleted + gone
        text = message.encode() + b"\n"
        signatures = (
            f"author {author.name} <{author.email}> {authored} +0000\n"
            f"committer {committer.name} <{committer.email}> {committed} +0000\n"
        ).encode()
        root = tree.sha()
        head = f"tree {root}\n" + "".join(f"parent {parent.sha}\n" for parent in parents)
        sha = object_id("commit", head.encode() + signatures + b"\n" + text).hexdigest()
        self._ids.append(sha)
        mark = len(self._ids)
        parts = [
            b"commit refs/heads/main\nmark :%d\n" % mark,
            signatures,
            b"data %d\n" % len(text),
            text,
        ]
        for index, parent in enumerate(parents):
            parts.append(b"%s :%d\n" % (b"merge" if index else b"from", parent.mark))
        if whole:
            parts.append(b"deleteall\n")
            parts += [
                b"M 100644 %s %s\n" % (blob.hex().encode(), path.encode())
                for path, blob in tree.files()
                if path not in contents
            ]
        for path, content in contents.items():
            parts.append(
                b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content)
            )
        self._stream.write(b"".join(parts) + b"\n")
        return Commit(
            sha, root, mark, tuple(parent.sha for parent in parents), message, author, authored, committer, committed,
            edits, added, deleted,
        )  # fmt: skip

    def branch(self, name: str, commit: Commit) -> None:
        """Point a branch at a commit; `main` last, since writing a commit moves it."""
        self._stream.write(b"reset refs/heads/%s\nfrom :%d\n\n" % (name.encode(), commit.mark))

    def tag(self, name: str, commit: Commit, tagger: Person | None, at: int) -> str:
        """Tag a commit, annotated where there is a tagger; the id that the tag's reference holds."""
        if tagger is None:
            self._stream.write(b"reset refs/tags/%s\nfrom :%d\n\n" % (name.encode(), commit.mark))
            return commit.sha
        who = f"tagger {tagger.name} <{tagger.email}> {at} +0000\n".encode()
        text = f"{name}\n".encode()
        self._stream.write(
            b"tag %s\nfrom :%d\n%sdata %d\n%s\n"
            % (name.encode(), commit.mark, who, len(text), text)
        )
        head = f"object {commit.sha}\ntype commit\ntag {name}\n".encode()
        return object_id("tag", head + who + b"\n" + text).hexdigest()

    def close(self) -> None:
        """Finish the repository; raises where git computed another id than was foretold."""
        self._stream.close()
        if self._process.wait():
            raise RuntimeError(f"git fast-import failed in {self.path}")
        with self._marks.open() as marks:
            for line in marks:
                mark, sha = line.split()
                if self._ids[int(mark[1:]) - 1] != sha:
                    raise RuntimeError(
                        f"{self.path}: commit {mark} is {sha}, foretold {self._ids[int(mark[1:]) - 1]}"
                    )
        self._marks.unlink()
