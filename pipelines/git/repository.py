"""One clone on this machine: where its git directory is, what it calls itself, what its refs point at.

Every call of git passes `Repository.git`, which makes the answer depend on the objects alone: not on the caller's
environment, not on anybody's configuration, not on a work tree, and never on the network.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipelines.landing import LoadError

# What a configuration file could change in the output of `git log` and friends.
SETTINGS = {
    "color.ui": "false",
    "core.attributesFile": os.devnull,
    "core.fsmonitor": "false",
    "core.pager": "cat",
    "core.quotePath": "false",
    "diff.algorithm": "myers",
    "diff.indentHeuristic": "true",
    "diff.mnemonicPrefix": "false",
    "diff.noprefix": "false",
    "diff.renameLimit": "1000",
    "diff.renames": "true",
    "diff.relative": "false",
    "diff.submodule": "short",
    "diff.suppressBlankEmpty": "false",
    "i18n.commitEncoding": "UTF-8",
    "i18n.logOutputEncoding": "UTF-8",
    "log.mailmap": "false",
    "log.showRoot": "true",
    "log.showSignature": "false",
    "trailer.separators": ":",
}
# What must not come from the caller, nor from replaced or grafted objects. `GIT_ALLOW_PROTOCOL` names a protocol that
# does not exist: before 2.45 git knows no GIT_NO_LAZY_FETCH and would fetch what a partial clone lacks, one by one.
ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
BRANCHES_AND_TAGS = ("refs/heads", "refs/remotes", "refs/tags")


class GitError(LoadError):
    """A repository that cannot be read; the text says what is wrong, where, and what to do."""


def environment() -> dict[str, str]:
    """The caller's environment without its GIT_* variables, and with ours."""
    caller = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return caller | ENVIRONMENT


def readable(text: bytes) -> str:
    """Text of bytes in any encoding; those that are not UTF-8 are escaped, so that two names stay two."""
    return text.decode("utf-8", "backslashreplace")


@dataclass(frozen=True)
class Target:
    """What a ref points at: its own object, and the object at the end of a chain of annotated tags."""

    oid: str
    kind: str  # commit, tag, blob, tree, missing
    peeled: str
    peeled_kind: str

    @property
    def commit(self) -> str | None:
        """The commit that the ref stands for; None where it stands for a blob, a tree or an object that is not here."""
        return self.peeled if self.peeled_kind == "commit" else None


@dataclass(frozen=True)
class Repository:
    """A git directory (the common one, where it has several work trees) and the folder by which it was named."""

    path: Path
    git_dir: Path
    is_bare: bool
    is_shallow: bool

    @classmethod
    def at(cls, path: str | Path) -> "Repository":
        """The repository whose top folder, or bare git directory, `path` is; `GitError` where there is none."""
        if re.match(r"^([a-z+]+://|[\w.-]+@[\w.-]+:)", str(path)):
            raise GitError(
                f"{path} is an address, and engops reads clones on this machine:"
                f" run `git clone --mirror --filter=blob:none {path}` and name that folder."
            )
        if not shutil.which("git"):
            raise GitError("git was not found on PATH. Install git 2.31 or newer.")
        folder = Path(path).expanduser().resolve()
        if not folder.is_dir():
            raise GitError(
                f"{path} is no folder. Name the top folder of a clone, or a bare repository."
            )
        # Otherwise git would look for a repository in the folders above, and find somebody's home.
        ceiling = {"GIT_CEILING_DIRECTORIES": str(folder.parent)}
        answer = subprocess.run(
            [
                *("git", "-C", str(folder), "rev-parse", "--path-format=absolute"),
                *("--git-common-dir", "--is-bare-repository", "--is-shallow-repository"),
            ],
            env=environment() | ceiling,
            capture_output=True,
            check=False,
        )
        if answer.returncode != 0:
            raise GitError(why_not(path, folder, readable(answer.stderr)))
        *git_dir, bare, shallow = os.fsdecode(answer.stdout).removesuffix("\n").split("\n")
        return cls(folder, Path("\n".join(git_dir)), bare == "true", shallow == "true")

    def command(self, *arguments: str) -> list[str]:
        """A command line of git that no configuration can bend."""
        settings = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
        return ["git", "--no-pager", "--no-replace-objects", "--git-dir=.", *settings, *arguments]

    def git(self, *arguments: str, stdin: Iterable[str] = ()) -> bytes:
        """Standard output of one call of git; `GitError` where it fails."""
        answer = subprocess.run(
            self.command(*arguments),
            cwd=self.git_dir,  # no work tree, so no .gitattributes of one
            env=environment(),
            input="".join(line + "\n" for line in stdin).encode("utf-8", "surrogateescape"),
            capture_output=True,
            check=False,
        )
        if answer.returncode != 0:
            raise self.failure(readable(answer.stderr))
        return answer.stdout

    def failure(self, message: str) -> GitError:
        """The error that tells what git said about this repository."""
        lines = [line for line in message.splitlines() if line.strip()]
        said = next((line for line in lines if line.startswith(("fatal:", "error:"))), "")
        said = said or (lines[-1] if lines else "it ended without a word")
        return GitError(
            f"git could not read {self.path}: {said}."
            f" Run `git -C {self.path} fsck`; if objects are missing or corrupt, clone it again."
        )

    def setting(self, key: str, scope: str = "--local") -> str | None:
        """A value of the repository's own configuration, None where it is not set."""
        answer = subprocess.run(
            self.command("config", scope, "--get", key),
            cwd=self.git_dir,
            env=environment(),
            capture_output=True,
            check=False,
        )
        return readable(answer.stdout).strip() or None

    @cached_property
    def is_partial(self) -> bool:
        """Whether objects may be missing on purpose: a promisor remote, or a pack that one sent."""
        if next((self.git_dir / "objects" / "pack").glob("*.promisor"), None):
            return True
        answer = subprocess.run(
            self.command(
                "config",
                "--local",
                "--get-regexp",
                r"^remote\..*\.promisor$|^extensions\.partialclone$",
            ),
            cwd=self.git_dir,
            env=environment(),
            capture_output=True,
            check=False,
        )
        return bool(answer.stdout.strip())

    @cached_property
    def shallow_commits(self) -> frozenset[str]:
        """The commits at which a shallow clone was cut: their parents are not here."""
        path = self.git_dir / "shallow"
        return frozenset(path.read_text().split()) if path.exists() else frozenset()

    @cached_property
    def key(self) -> str:
        """`<host>/<owner>/<name>` from the address that it was cloned from, else `local/<folder>`; lower case."""
        remotes = readable(self.git_dir_remotes).split()
        remote = "origin" if "origin" in remotes else remotes[0] if len(remotes) == 1 else None
        address = remote and self.setting(f"remote.{remote}.url")
        return (address and key_of_address(address)) or f"local/{self.folder_name}"

    @cached_property
    def git_dir_remotes(self) -> bytes:
        """The names of the configured remotes, one a line."""
        return self.git("remote")

    @property
    def folder_name(self) -> str:
        """The folder's name as people know it: without `.git`, lower case, no spaces."""
        folder = self.git_dir.parent if self.git_dir.name == ".git" else self.git_dir
        return slug(folder.name.removesuffix(".git")) or "repository"

    @cached_property
    def head(self) -> str | None:
        """The branch that HEAD names, whether it exists or not; None where it is detached."""
        try:
            return (
                readable(self.git("symbolic-ref", "-q", "HEAD")).strip().removeprefix("refs/heads/")
            )
        except GitError:
            return None

    def checked_out(self) -> str | None:
        """The commit that is checked out, which no branch need name; None where there is none."""
        answer = subprocess.run(
            ["git", "-C", str(self.path), "rev-parse", "-q", "--verify", "HEAD^{commit}"],
            env=environment(),
            capture_output=True,
            check=False,
        )
        return answer.stdout.decode().strip() or None

    def refs(self, patterns: Sequence[str] = ()) -> dict[str, Target]:
        """Every branch, remote branch and tag, and the refs below or matching `patterns`, with what they point at."""
        listing = self.git(
            "for-each-ref", "--format=%(objectname) %(refname)", *BRANCHES_AND_TAGS, *patterns
        )
        names = [line.split(" ", 1) for line in readable(listing).splitlines()]
        # Asked for by id: a ref to an object that is not here would make `for-each-ref` itself give up.
        questions = [question for oid, _ in names for question in (oid, f"{oid}^{{}}")]
        answers = self.git("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=questions)
        kinds = [line.split(" ") for line in answers.decode().splitlines()]
        return {
            name: Target(oid, own[1], peeled[0].removesuffix("^{}"), peeled[1])
            for (oid, name), own, peeled in zip(names, kinds[::2], kinds[1::2], strict=True)
        }

    def objects(self, oids: Iterable[str]) -> dict[str, bytes]:
        """The content of objects by id; those that are not here are left out."""
        found: dict[str, bytes] = {}
        answer = memoryview(self.git("cat-file", "--batch", stdin=oids))
        position = 0
        while position < len(answer):
            end = bytes(answer[position : position + 200]).index(b"\n") + position
            header = bytes(answer[position:end]).split(b" ")
            position = end + 1
            if len(header) == 3:
                size = int(header[2])
                found[header[0].decode()] = bytes(answer[position : position + size])
                position += size + 1
        return found

    def present(self, oids: Sequence[str]) -> list[str]:
        """Those of the commits that are here: a force-push and a `git gc` may have removed some."""
        answers = self.git("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=oids)
        return [line[:-7] for line in answers.decode().splitlines() if line.endswith(" commit")]

    def default_branch(self, refs: dict[str, Target]) -> str | None:
        """The branch that people merge into; None where there is no branch.

        What the remote calls its head; of a bare repository its HEAD; main, master; the branch that is checked out;
        else the branch with the most commits.
        """
        remote = self.git("for-each-ref", "--format=%(symref)", "refs/remotes/origin/HEAD")
        guesses = [
            readable(remote).strip().removeprefix("refs/remotes/origin/"),
            self.head if self.is_bare else None,
            "main",
            "master",
            self.head,
        ]
        names = [name for name in refs if name.startswith(("refs/heads/", "refs/remotes/origin/"))]
        for guess in guesses:
            if guess and {f"refs/heads/{guess}", f"refs/remotes/origin/{guess}"} & set(names):
                return guess
        counts = {
            name: int(self.git("rev-list", "--count", commit))
            for name in names
            if (commit := refs[name].commit)
        }
        longest = max(sorted(counts), key=lambda name: counts[name], default=None)
        return longest and re.sub("^refs/(heads|remotes/origin)/", "", longest)

    def fetched_at(self) -> float | None:
        """When the clone last heard from its remote by fetch or clone, seconds since 1970; None if unknown."""
        times = []
        if (fetched := self.git_dir / "FETCH_HEAD").exists():
            times.append(fetched.stat().st_mtime)
        if (log := self.git_dir / "logs" / "HEAD").exists():
            for line in log.read_bytes().splitlines():
                if found := re.search(rb" (\d+) [+-]\d{4}\tclone: from", line):
                    times.append(float(found[1]))
        return max(times, default=None)


def why_not(path: str | Path, folder: Path, message: str) -> str:
    """The reason, in words, why git found no repository that it would read."""
    if "dubious ownership" in message or "unsafe repository" in message:
        return (
            f"{path} belongs to another user, so git refuses to read it. If you trust it, run"
            f" `git config --global --add safe.directory {folder}`, or load as its owner."
        )
    if "not a git repository" in message:
        return f"{path} is no git repository. Name the top folder of a clone, or a bare repository."
    said = next(
        (line for line in message.splitlines() if line.startswith("fatal:")), message.strip()
    )
    return f"git could not open {path}: {said}. Try `git -C {folder} status`."


def slug(text: str) -> str:
    """A name that can stand in a key."""
    return re.sub(r"[^a-z0-9._+-]+", "-", text.lower()).strip("-")


def key_of_address(address: str) -> str | None:
    """`<host>/<owner>/<name>`, lower case, from an https, ssh or scp-like address, None for a path on this machine.

    User names, passwords, ports and `.git` are no part of it.
    """
    found = re.match(
        r"^(?:https?|ssh|git|git\+ssh)://(?:[^/@]*@)?([^/:]+)(?::\d+)?/+(.+)$", address
    )
    found = found or re.match(r"^(?:[^/@:]+@)?([^/:]+\.[^/:]+|[^/:]{2,}):(?!//)/*(.+)$", address)
    if not found or address.startswith("file:"):
        return None
    path = re.sub(r"[?#].*$", "", found[2]).strip("/").removesuffix(".git").strip("/")
    return f"{found[1]}/{path}".lower() if path else None


def decode_text(text: bytes) -> str:
    """Human text: UTF-8, else Latin-1, which is what old tools wrote and which never fails."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")
