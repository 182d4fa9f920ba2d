"""The git source: any clone on this machine → raw_git.repositories, commits, tags, load_ledger.

One load reads one clone: the refs, then `git log` of what the heads of the last load do not reach, as a stream.
Commits never change, so they land once, with all that the clone knows of their paths; tags land when they are new,
moved or gone; the repository when anything about it changed. Nothing here writes to a clone or asks the network.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import duckdb
import orjson
from dlt.extract import DltResource

from pipelines import landing
from pipelines.git.log import DETAILS, Log, clean_time, parse_identity, patch_ids
from pipelines.git.repository import GitError, Repository, Target, decode_text, readable, slug
from pipelines.git.state import Known, known
from pipelines.landing import LoadSummary, Progress, Record

__all__ = ["GitError", "load", "load_configured", "reach"]

Payload = dict[str, Any]

log = logging.getLogger(__name__)

OPTIONS = ("path", "name", "tag_regex", "patch_ids", "default_branch", "refs")
PROGRESS_EVERY = 1_000
RANKS = {detail: rank for rank, detail in enumerate(DETAILS)}


def load(
    repo: Path | str | None = None,
    *,
    name: str | None = None,
    tag_regex: str | None = None,
    patch_ids: bool = False,
    default_branch: str | None = None,
    refs: Sequence[str] = (),
    since: datetime | None = None,
    full_refresh: bool = False,
    progress: Progress | None = None,
) -> LoadSummary:
    """Land one clone, or every configured one where `repo` is None; only what is new since its last load.

    `name` is its repository key (`github.com/acme/shop`) in place of the one that its `origin` gives; `tag_regex` says
    which tags are releases (the whole name must match); `patch_ids` reads every patch and lands its id, the same
    after a rebase; `default_branch` is used where the clone does not tell; `refs` are further refs to read, such as
    `refs/pull/*/head` of a mirror. `full_refresh` reads everything again. `since` is taken for the command line's sake:
    a history is read whole, because any of it may be deployed. `progress` is called with an entity and its rows so far.

    Raises `GitError` where the clone cannot be read; commits before a corrupt object have landed by then.
    """
    progress = progress or tell
    if repo is None:
        if name or tag_regex:
            raise GitError(
                "--name and --tag-regex go with --repo; for configured clones they stand in the config."
            )
        return load_configured(full_refresh=full_refresh, progress=progress)
    check_pattern(tag_regex)
    return Clone(repo, name, tag_regex, patch_ids, default_branch, refs, full_refresh).land(
        progress
    )


def tell(entity: str, rows: int) -> None:
    """Say how far the load is."""
    if rows % (10 * PROGRESS_EVERY) == 0 and rows:
        log.info("git: %s %s so far", f"{rows:,}", entity)


def load_configured(*, full_refresh: bool = False, progress: Progress | None = None) -> LoadSummary:
    """Land every clone of `[sources.git] repositories` in `.dlt/config.toml`, each in a load of its own.

    A clone that cannot be read does not keep the others from landing: its `GitError` is raised at the end.
    """
    rows: dict[str, int] = {}
    notes: tuple[str, ...] = ()
    errors: list[str] = []
    for options in configured():
        try:
            summary = load(**options, full_refresh=full_refresh, progress=progress)
        except GitError as error:
            errors.append(str(error))
        else:
            rows = {key: rows.get(key, 0) + count for key, count in summary.rows.items()}
            notes += summary.notes
    if errors:
        raise GitError("\n".join(errors))
    return LoadSummary("git", rows, notes)


def configured() -> list[Payload]:
    """The clones that `.dlt/config.toml` names, as arguments of `load`; empty where none is configured."""
    found = dlt.config.get("sources.git.repositories", list) or []
    options: list[Payload] = []
    for position, entry in enumerate(found, start=1):
        entry = {"path": entry} if isinstance(entry, str) else dict(entry)
        where = f"repository {position} of [sources.git] in .dlt/config.toml"
        if unknown := sorted(set(entry) - set(OPTIONS)):
            raise GitError(
                f"{where} has the unknown key {unknown[0]!r}; it may have {', '.join(OPTIONS)}."
            )
        if not entry.get("path"):
            raise GitError(f'{where} has no path. Write {{ path = "/srv/clones/shop" }}.')
        options.append({"repo": entry.pop("path"), **entry})
    names = [entry["name"] for entry in options if entry.get("name")]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise GitError(
            f"[sources.git] in .dlt/config.toml names two clones {twice[0]!r}; give each its own name."
        )
    return options


def reach() -> None:
    """Look whether every configured clone is there; raises `GitError` where one is not."""
    if gone := [
        str(entry["repo"])
        for entry in configured()
        if not Path(entry["repo"]).expanduser().is_dir()
    ]:
        raise GitError(f"no folder: {', '.join(gone)}")


def matching(names: Iterable[str], tag_regex: str) -> list[str]:
    """The names that a pattern matches as a whole, by the warehouse's own regular expressions."""
    sql = "select name from (select unnest(?::varchar[]) as name) where regexp_full_match(name, ?)"
    return [name for (name,) in duckdb.execute(sql, [list(names), tag_regex]).fetchall()]


def check_pattern(tag_regex: str | None) -> None:
    """Refuse a pattern that the warehouse's regular expressions (RE2: no look-around) could not run later."""
    if tag_regex is None:
        return
    try:
        matching(["v1"], tag_regex)
    except duckdb.Error as error:
        raise GitError(
            f"The tag pattern {tag_regex!r} is no regular expression that the warehouse can run ({error})."
            " It must match a whole tag name, for example 'v[0-9]+[.][0-9]+[.][0-9]+'."
        ) from error


class Clone:
    """One load of one clone."""

    def __init__(
        self,
        repo: Path | str,
        name: str | None,
        tag_regex: str | None,
        patch_ids: bool,
        default_branch: str | None,
        patterns: Sequence[str],
        full_refresh: bool,
    ) -> None:
        """Read the refs and what has landed before; `GitError` where there is no repository."""
        self.repository = Repository.at(repo)
        self.tag_regex = tag_regex
        self.with_patch_ids = patch_ids and not self.repository.is_partial
        self.refs = self.repository.refs(patterns)
        self.heads = heads_of(self.repository, self.refs)
        landing.resumed("git")
        self.key, self.known = self.identify(name)
        self.default_branch = default_branch or self.repository.default_branch(self.refs)
        self.found_tags = read_tags(self.repository, self.refs)
        self.clocks = commit_clocks(self.repository, self.heads)
        self.notes = self.remarks(patch_ids)
        self.now = landing.now()
        self.rows = {"repositories": 0, "commits": 0, "tags": 0}
        self.error: GitError | None = None
        self.finished = False
        start = (
            [] if full_refresh or self.knows_more() else self.repository.present(self.known.heads)
        )
        self.log = Log(self.repository, [*self.heads, *(f"^{sha}" for sha in start)])
        self.is_incremental = bool(start)

    def identify(self, name: str | None) -> tuple[str, Known]:
        """The repository's key and what has landed under it.

        Two clones without a remote may lie in folders of one name: the second takes its parent's name too.
        """
        if name:
            key = name.lower().removesuffix(".git").strip("/")
            return key, known(key)
        key = self.repository.key
        before = known(key)
        if key.startswith("local/") and not self.is_same(before):
            parent = (
                self.repository.git_dir.parent
                if self.repository.git_dir.name == ".git"
                else self.repository.git_dir
            ).parent
            key = f"local/{slug(parent.name)}-{self.repository.folder_name}"
            before = known(key)
            if not self.is_same(before):
                raise GitError(
                    f"{key} has been loaded from {before.repository['path']}, and {self.repository.path}"
                    " shares no commit with it. Give this one a name of its own: `--name`, or `name` in the config."
                )
        return key, before

    def is_same(self, before: Known) -> bool:
        """Whether what has landed under a key may be this very clone."""
        if not before.repository or before.repository["path"] == str(self.repository.path):
            return True
        return not before.heads or bool(self.repository.present(before.heads))

    def remarks(self, patch_ids: bool) -> list[str]:
        """What the user should know about this clone."""
        notes = []
        if not self.heads:
            notes.append(f"{self.key}: the repository is empty.")
        if self.repository.is_shallow:
            notes.append(
                f"{self.key}: a shallow clone, so older history is unknown; `git fetch --unshallow` brings it."
            )
        if self.repository.is_partial:
            notes.append(
                f"{self.key}: a partial clone; paths are known as far as its objects are here."
            )
        if self.repository.is_partial and patch_ids:
            notes.append(
                f"{self.key}: patch ids need every file's content, so a partial clone has none."
            )
        if self.tag_regex and not matching(self.found_tags, self.tag_regex):
            notes.append(
                f"{self.key}: none of its {len(self.found_tags)} tags matches {self.tag_regex!r} as a whole."
            )
        if self.heads and not self.default_branch:
            notes.append(
                f"{self.key}: no branch, so nothing counts as merged; fetch one or name `default_branch`."
            )
        return notes

    def knows_more(self) -> bool:
        """Whether the clone now knows more of commits that have landed: made whole or deepened, or patch ids wanted."""
        before = self.known.repository
        return bool(before) and (
            before["shallow"] != sorted(self.repository.shallow_commits)
            or (before["is_partial"] and not self.repository.is_partial)
            or (self.with_patch_ids and not before["patch_ids"])
        )

    def land(self, progress: Progress) -> LoadSummary:
        """Run the load; raises the error that cut it short once the rest has landed."""
        landing.land(
            "git",
            [
                landing.entity(self.commits(progress), "commits"),
                landing.entity(self.tags(), "tags"),
                self.afterwards(self.about, "repositories"),
                self.afterwards(self.coverage, "load_ledger"),
            ],
        )
        if self.error:
            raise self.error
        return LoadSummary("git", self.rows, tuple(self.notes))

    def afterwards(self, records: Callable[[], Iterator[Record]], entity: str) -> DltResource:
        """A resource whose rows are made when the commits of the same load have all been read."""

        def tables() -> Iterator[Any]:
            while not self.finished:
                yield []  # dlt takes the resources in turn
            yield from landing.batches(records())

        return landing.resource(tables(), entity)

    def commits(self, progress: Progress) -> Iterator[Record]:
        """The commits that no earlier load has landed."""
        try:
            patches = self.read_patch_ids() if self.with_patch_ids else {}
            for commit in self.log:
                if commit["sha"] in patches:
                    commit["patch_id"] = patches[commit["sha"]]
                # A commit of which more is known later lands again, under a key of its own.
                version = (commit["detail"], "patch_id" in commit)
                self.rows["commits"] += 1
                if self.rows["commits"] % PROGRESS_EVERY == 0:
                    progress("commits", self.rows["commits"])
                yield self.record("commit", (commit["sha"], *version), commit)
        except GitError as error:
            self.error = error
        if self.log.reason and not self.error and not self.repository.is_partial:
            self.notes.append(
                f"{self.key}: files or folders are missing or damaged, so less is known of some commits' paths."
                f" After a repair, load with --full-refresh. {self.log.reason}"
            )
        self.finished = True
        progress("commits", self.rows["commits"])

    def read_patch_ids(self) -> dict[str, str]:
        """The patch ids by commit; none where a file's content cannot be read."""
        try:
            return patch_ids(self.repository, self.log.revisions)
        except GitError as error:
            self.notes.append(
                f"{self.key}: no patch ids, because every file's content is needed. {error}"
            )
            return {}

    def tags(self) -> Iterator[Record]:
        """The tags that are new or moved, and a tombstone for each that is gone."""
        gone = {name: tag | {"deleted": True} for name, tag in self.known.tags.items()}
        for name, tag in (gone | self.found_tags).items():
            before = self.known.tags.get(name, {})
            if any(before.get(field, ...) != value for field, value in tag.items()):
                self.rows["tags"] += 1
                tag = tag | {"loaded_at": self.now.isoformat()}
                yield self.record("tag", (name, tag["loaded_at"]), tag)

    def about(self) -> Iterator[Record]:
        """The repository itself, where anything about it changed."""
        before = self.known.repository
        detail = self.log.detail
        if self.is_incremental and RANKS[before["detail"]] > RANKS[detail]:
            detail = before["detail"]
        payload = {
            "path": str(self.repository.path),
            "default_branch": self.default_branch,
            "default_head": self.default_head(),
            "is_bare": self.repository.is_bare,
            "is_shallow": self.repository.is_shallow,
            "is_partial": self.repository.is_partial,
            "is_complete": self.error is None,
            "tag_regex": self.tag_regex,
            "detail": detail,
            "patch_ids": self.with_patch_ids,
            "shallow": sorted(self.repository.shallow_commits),
            # Commits behind these are not read again, so a load that was cut short must not raise them.
            "heads": self.known.heads if self.error else self.heads,
        }
        if any(before.get(field, ...) != value for field, value in payload.items()):
            self.rows["repositories"] += 1
            payload["loaded_at"] = self.now.isoformat()
            yield self.record("repository", (payload["loaded_at"],), payload)

    def default_head(self) -> str | None:
        """The newest known commit of the default branch: the remote's, where the clone has one."""
        for name in (
            f"refs/remotes/origin/{self.default_branch}",
            f"refs/heads/{self.default_branch}",
        ):
            if name in self.refs:
                return self.refs[name].commit
        return None

    def coverage(self) -> Iterator[Record]:
        """What this load vouches for: all commits and tags until the clone last heard from its remote.

        Where it does not say when that was, until its newest commit or tag: a copy that nobody fetches any more shows
        nothing afterwards, rather than zero. A shallow clone vouches from the newest commit at which it was cut.
        """
        times = [clock.timestamp() for clock in self.clocks.values()]
        times += [
            clock.timestamp()
            for tag in self.found_tags.values()
            if (clock := clock_of(tag["time"]))
        ]
        fetched = self.repository.fetched_at()
        past = [time for time in [*times, fetched or 0.0] if 0 < time <= self.now.timestamp()]
        if self.error or not past:
            return
        cut = commit_clocks(self.repository, self.repository.shallow_commits).values()
        # The end is exclusive, so that what happened last is covered.
        until = datetime.fromtimestamp(min(max(past) + 1, self.now.timestamp()), UTC)
        for entity in ("commits", "tags"):
            yield landing.coverage(self.key, entity, max(cut, default=None), until)

    def record(self, event: str, key: Iterable[object], payload: Payload) -> Record:
        """A row of a raw table."""
        body = dumps(payload | {"repository": self.key})
        return Record(landing.key_of(self.key, event, *key), "file", event, self.now, body)


def heads_of(repository: Repository, refs: dict[str, Target]) -> list[str]:
    """The commits that refs and HEAD point at, each once."""
    heads = {target.commit for target in refs.values()} | {repository.checked_out()}
    return sorted(sha for sha in heads if sha)


def read_tags(repository: Repository, refs: dict[str, Target]) -> dict[str, Payload]:
    """The tags by name; `commit` is the end of a chain of annotated tags, None where that is no commit.

    `time` is when the tag was made if it says so, else its commit's committer time; ISO 8601, None if neither is known.
    """
    tags = {
        name.removeprefix("refs/tags/"): target
        for name, target in refs.items()
        if name.startswith("refs/tags/")
    }
    annotations = repository.objects(
        sorted({target.oid for target in tags.values() if target.kind == "tag"})
    )
    clocks = commit_clocks(repository, {target.commit for target in tags.values() if target.commit})
    found: dict[str, Payload] = {}
    for name, target in tags.items():
        head, _, message = annotations.get(target.oid, b"").partition(b"\n\n")
        lines = dict(line.partition(b" ")[::2] for line in reversed(head.split(b"\n")))
        tagger = parse_identity(lines.get(b"tagger", b""))
        committed = clocks.get(target.commit or "")
        found[name] = {
            "name": name,
            "object": target.oid,
            "object_type": target.kind,
            "target_type": target.peeled_kind,
            "commit": target.commit,
            "is_annotated": target.kind == "tag",
            "tagger": tagger,
            "time": (tagger and tagger["time"]) or (committed and committed.isoformat()),
            "message": decode_text(message).rstrip("\n") if message else None,
            "deleted": False,
        }
    return found


def commit_clocks(repository: Repository, commits: Iterable[str]) -> dict[str, datetime]:
    """Committer times by commit; those that no calendar knows are left out."""
    commits = sorted(commits)
    if not commits:
        return {}
    answer = repository.git(
        "log", "--no-walk=unsorted", "--no-patch", "--format=%H %cI", "--stdin", stdin=commits
    )
    pairs = (line.split(" ", 1) for line in answer.decode().splitlines())
    return {sha: clock for sha, text in pairs if (clock := clock_of(clean_time(text)))}


def clock_of(text: str | None) -> datetime | None:
    """A time from its ISO 8601 text."""
    return datetime.fromisoformat(text) if text else None


def dumps(payload: Payload) -> str:
    """JSON text; what was not UTF-8 becomes Latin-1 letters in a text, and is escaped in a path, to stay unique."""
    try:
        return orjson.dumps(payload).decode()
    except TypeError:
        return orjson.dumps(cleaned(payload)).decode()


def cleaned(value: Any, field: str = "") -> Any:
    """A payload whose texts are valid Unicode."""
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogateescape")
        return readable(raw) if field in ("path", "old_path") else decode_text(raw)
    if isinstance(value, dict):
        return {key: cleaned(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [cleaned(item, field) for item in value]
    return value
