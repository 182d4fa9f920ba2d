"""`git log` as a stream of commits: one process, bounded memory, as much detail as the clone has.

Fields are separated by NUL, which no commit can carry. Behind a commit's fields come its paths: `git log -z --numstat`
starts them with a newline, and the next commit with its id, which no path entry can be mistaken for.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from pipelines.git.repository import GitError, Repository, decode_text, environment, readable

Payload = dict[str, Any]

FIELDS = ("%H", "%P", "%T", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%s", "%b")
TRAILERS = "%(trailers:only=true,unfold=true,separator=%x1e,key_value_separator=%x1f)"
FORMAT = "--format=" + "%x00".join((*FIELDS, TRAILERS))
WIDTH = len(FIELDS) + 1
OPTIONS = (
    "-z",
    "--no-color",
    "--no-decorate",
    "--no-notes",
    "--no-mailmap",
    "--no-show-signature",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--ignore-submodules=none",
    "--diff-merges=off",
    "-l1000",
)
# How much is known of a commit's paths, best first, and how git is asked: names alone need no blobs, and an exact
# rename is seen by its object id.
DETAILS = {
    "lines": ("--numstat", "-M50%"),
    "names": ("--name-status", "-M100%"),
    "none": ("--no-patch",),
}
CHUNK = 1 << 20  # bytes; the pipe holds as much, so that git goes on while a batch is written


class Log:
    """The commits that `revisions` reach, newest first.

    Afterwards `detail` is the least that was known of their paths, and `reason` what git said when there was less.
    """

    def __init__(self, repository: Repository, revisions: Iterable[str]) -> None:
        """Nothing runs before the first commit is asked for."""
        self.repository = repository
        self.revisions = list(revisions)
        self.detail = "lines"
        self.reason: str | None = None

    def __iter__(self) -> Iterator[Payload]:
        """The commits as payloads; `GitError` where a commit is missing or corrupt, after the commits before it.

        A missing file or folder is no error: the commits from there on are read with less detail.
        """
        seen: set[bytes] = set()  # 53 bytes a commit
        for detail in DETAILS:
            self.detail = detail
            try:
                for commit in self.read(detail):
                    key = bytes.fromhex(commit["sha"])
                    if key not in seen:
                        seen.add(key)
                        yield commit
            except GitError as error:
                if detail == "none":
                    raise
                self.reason = self.reason or str(error)
            else:
                return

    def read(self, detail: str) -> Iterator[Payload]:
        """One run of `git log`."""
        if not any(not revision.startswith("^") for revision in self.revisions):
            return
        cut = self.repository.shallow_commits
        parents = real_parents(self.repository, cut)
        with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stderr:
            stdin.write("".join(f"{revision}\n" for revision in self.revisions).encode())
            stdin.seek(0)
            with subprocess.Popen(
                self.repository.command("log", *OPTIONS, *DETAILS[detail], FORMAT, "--stdin"),
                cwd=self.repository.git_dir,
                env=environment(),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                pipesize=CHUNK,
            ) as process:
                try:
                    for record in records(process, detail):
                        commit = payload(record, detail)
                        if commit["sha"] in cut:
                            # git shows a commit without its parents as one that adds every file.
                            commit |= {"parents": parents.get(commit["sha"], [])}
                            commit |= {"detail": "none", "has_paths": False, "paths": []}
                        yield commit
                    code = process.wait()
                finally:
                    process.kill()
            if code != 0:
                stderr.seek(0)
                raise self.repository.failure(readable(stderr.read()))


def records(process: "subprocess.Popen[bytes]", detail: str) -> Iterator[list[str]]:
    """The tokens of one commit after the other; a last one that git did not finish is left out."""
    assert process.stdout is not None  # noqa: S101 - opened as a pipe above
    tokens: list[str] = []
    rest = b""
    while chunk := process.stdout.read(CHUNK):
        data = rest + chunk if rest else chunk
        end = data.rfind(b"\0") + 1
        rest = data[end:]
        if end:
            # Bytes that are not UTF-8 survive as surrogates, to be judged by what they are: a message or a path.
            tokens += data[:end].decode("utf-8", "surrogateescape").split("\0")[:-1]
            start = 0
            for stop in boundaries(tokens, detail):
                yield tokens[start:stop]
                start = stop
            tokens = tokens[start:]
    if tokens and process.wait() == 0:
        yield tokens


def boundaries(tokens: list[str], detail: str) -> Iterator[int]:
    """Where the commits in a list of tokens end, as far as the beginning of the next one can be seen."""
    count = len(tokens)
    start = 0
    while (position := start + WIDTH) < count:
        if tokens[position][:1] == "\n":
            after = after_numbers if detail == "lines" else after_names
            position = after(tokens, position)
            if position >= count:
                return
        yield position
        start = position


def after_numbers(tokens: list[str], position: int) -> int:
    """The position after a commit's `--numstat` entries; a renamed path's old and new name are tokens of their own."""
    count = len(tokens)
    while position < count and "\t" in tokens[position]:
        position += 3 if tokens[position][-1] == "\t" else 1
    return position


def after_names(tokens: list[str], position: int) -> int:
    """The position after a commit's `--name-status` entries: a status of at most four letters, then one name or two."""
    count = len(tokens)
    while position < count and len(tokens[position]) <= 5:
        position += 3 if tokens[position].lstrip("\n")[:1] in "RC" else 2
    return position


def payload(tokens: list[str], detail: str) -> Payload:
    """A commit as it lands, but for the repository that it belongs to."""
    (
        sha,
        parents,
        tree,
        name,
        email,
        written,
        committer,
        address,
        committed,
        subject,
        body,
        marks,
    ) = tokens[:WIDTH]
    if len(sha) not in (40, 64) or not sha.isalnum():
        raise GitError(
            f"`git log` answered in a form that engops does not know, near {sha[:80]!r}."
        )
    parent_shas = parents.split()
    has_paths = detail != "none" and len(parent_shas) < 2
    return {
        "sha": sha,
        "parents": parent_shas,
        "tree": tree,
        "author": {"name": name, "email": email, "time": clean_time(written)},
        "committer": {"name": committer, "email": address, "time": clean_time(committed)},
        "subject": subject,
        "body": body.rstrip("\n"),
        "trailers": trailers(marks) if marks else [],
        "detail": detail,
        "has_paths": has_paths,
        "paths": paths(tokens, detail) if len(tokens) > WIDTH else [],
    }


def paths(tokens: list[str], detail: str) -> list[Payload]:
    """The paths of a commit, with line counts where they are known; a binary file has none."""
    found: list[Payload] = []
    position, count = WIDTH, len(tokens)
    tokens[position] = tokens[position][1:]
    if detail == "names":
        while position < count:
            if tokens[position][:1] in "RC":
                moved = {"path": tokens[position + 2], "old_path": tokens[position + 1]}
                found.append(moved if tokens[position][0] == "R" else {"path": moved["path"]})
                position += 3
            else:
                found.append({"path": tokens[position + 1]})
                position += 2
        return found
    while position < count:
        added, deleted, path = tokens[position].split("\t", 2)
        entry: Payload = {"path": path}
        if path:
            position += 1
        else:
            entry = {"path": tokens[position + 2], "old_path": tokens[position + 1]}
            position += 3
        if added == "-":
            entry["binary"] = True
        else:
            entry["added"], entry["deleted"] = int(added), int(deleted)
        found.append(entry)
    return found


def trailers(marks: str) -> list[Payload]:
    """The trailers of a message, in their order."""
    pairs = (mark.partition("\x1f") for mark in marks.split("\x1e"))
    return [{"key": key, "value": value} for key, _, value in pairs]


def clean_time(text: str) -> str | None:
    """ISO 8601 with its offset; in UTC where the offset is absurd; None where git or a calendar knows no such time."""
    if len(text) == 25 and text[20:22] < "15" and text[23] < "6":
        return text
    if len(text) == 20 and text[19] == "Z":
        return text
    found = re.match(r"^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)([+-])(\d+):(\d+)$", text)
    if not found:
        return None
    offset = timedelta(hours=int(found[8]), minutes=int(found[9])) * (-1 if found[7] == "-" else 1)
    try:
        local = datetime(*(int(part) for part in found.group(1, 2, 3, 4, 5, 6)), tzinfo=UTC)  # type: ignore[misc,arg-type]
        return (local - offset).isoformat()
    except (OverflowError, ValueError):
        return None


def iso(epoch: int, zone: str = "+0000") -> str | None:
    """ISO 8601 with its offset, from seconds since 1970 and git's `+hhmm`; in UTC where the offset is absurd."""
    offset = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
    absurd = abs(offset) >= timedelta(hours=15) or int(zone[3:]) > 59
    try:
        return datetime.fromtimestamp(epoch, UTC if absurd else timezone(offset)).isoformat()
    except (OverflowError, ValueError, OSError):
        return None


def parse_identity(text: bytes) -> Payload | None:
    """Name, address and time of a tag's `tagger` line; None where there is none or it makes no sense."""
    found = re.match(rb"^(.*?) ?<([^>]*)> (\d+) ([+-]\d{4})$", text)
    if not found:
        return None
    name, email = (decode_text(part) for part in found.group(1, 2))
    return {"name": name, "email": email, "time": iso(int(found[3]), found[4].decode())}


def real_parents(repository: Repository, commits: Iterable[str]) -> dict[str, list[str]]:
    """The parents that commits name, whether or not they are here: a shallow clone hides them from `git log`."""
    commits = list(commits)
    if not commits:
        return {}
    return {
        sha: re.findall(
            r"^parent ([0-9a-f]+)$", content.partition(b"\n\n")[0].decode("latin-1"), re.M
        )
        for sha, content in repository.objects(commits).items()
    }


def patch_ids(repository: Repository, revisions: Iterable[str]) -> dict[str, str]:
    """`git patch-id --stable` of every commit that has a patch and is no merge; about 150 bytes of memory a commit."""
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stderr:
        stdin.write("".join(f"{revision}\n" for revision in revisions).encode())
        stdin.seek(0)
        options = [option for option in OPTIONS if option not in ("-z", "--diff-merges=off")]
        with (
            subprocess.Popen(
                repository.command(
                    "log", *options, "--no-merges", "-p", "--format=commit %H", "--stdin"
                ),
                cwd=repository.git_dir,
                env=environment(),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
            ) as log,
            subprocess.Popen(
                repository.command("patch-id", "--stable"),
                cwd=repository.git_dir,
                env=environment(),
                stdin=log.stdout,
                stdout=subprocess.PIPE,
            ) as hashes,
        ):
            if log.stdout:
                log.stdout.close()
            answer = hashes.stdout.read() if hashes.stdout else b""
        if log.returncode != 0:
            stderr.seek(0)
            raise repository.failure(readable(stderr.read()))
    pairs = (line.split() for line in answer.decode().splitlines())
    return {pair[1]: pair[0] for pair in pairs if len(pair) == 2}
