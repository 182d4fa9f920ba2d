"""The git source on tiny repositories, each made here: what it reads, and how each odd clone ends well."""

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import duckdb
import pytest
from dlt.common.storages import LoadStorage
from dlt.pipeline.exceptions import PipelineStepFailed

from pipelines import git, warehouse
from pipelines.git.log import Log, clean_time, iso, parse_identity
from pipelines.git.repository import GitError, Repository, key_of_address
from tests.conftest import Place
from tests.independent import git_releases

Payload = dict[str, Any]


class Repo:
    """A repository in a folder, written with the real git and a clock that ticks an hour a commit."""

    def __init__(self, path: Path, *arguments: str, make: bool = True) -> None:
        self.path = path
        self.clock = 1_700_000_000
        if make:
            path.mkdir(parents=True, exist_ok=True)
            self("init", "-q", "-b", "main", *arguments)

    def __call__(self, *arguments: str, stdin: bytes = b"", **environment: str) -> str:
        """Run git here; its output."""
        settings = (
            "-c",
            "user.name=Ann",
            "-c",
            "user.email=ann@example.com",
            "-c",
            "tag.gpgSign=false",
        )
        clock = f"{self.clock} +0100"
        answer = subprocess.run(
            ["git", *settings, "-c", "protocol.file.allow=always", *arguments],
            cwd=self.path,
            input=stdin,
            capture_output=True,
            check=True,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.path),
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_AUTHOR_DATE": clock,
                "GIT_COMMITTER_DATE": clock,
            }
            | environment,
        )
        return os.fsdecode(answer.stdout).strip()

    def commit(self, message: str = "work", files: dict[str, str | bytes] | None = None) -> str:
        """Commit files (one of its own where none is given); the commit's id."""
        self.clock += 3600
        for name, content in (files or {f"file-{self.clock}": "a\n"}).items():
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
        self("add", "-A")
        self("commit", "-q", "--allow-empty", "-m", message)
        return self("rev-parse", "HEAD")

    def write(self, text: bytes, kind: str = "commit") -> str:
        """Write an object as it is, however odd; its id."""
        return self("hash-object", "-t", kind, "-w", "--stdin", "--literally", stdin=text)

    def odd_commit(self, author: bytes, message: bytes, header: bytes = b"") -> str:
        """A commit whose author line and message no porcelain would write, on a branch of its own."""
        tree = self("write-tree").encode()
        text = b"tree %s\nauthor %s\ncommitter %s\n%s\n%s" % (tree, author, author, header, message)
        sha = self.write(text)
        self("update-ref", f"refs/heads/odd-{sha[:8]}", sha)
        return sha


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """An empty repository."""
    return Repo(tmp_path / "shop")


@pytest.fixture
def rows(place: Place) -> Callable[[str], list[Payload]]:
    """A function that gives the payloads of a raw table in the order of their arrival."""

    def read(table: str) -> list[Payload]:
        sql = f"select payload from raw_git.{table} order by _dlt_load_id, payload"
        return [json.loads(payload) for (payload,) in place.rows(sql)]

    return read


def clone(origin: Repo, path: Path, *arguments: str) -> Repo:
    """A clone over git's own transport, so that filters and depths are honoured."""
    origin("config", "uploadpack.allowFilter", "true")
    origin("config", "uploadpack.allowAnySHA1InWant", "true")
    origin("clone", "-q", *arguments, f"file://{origin.path}", str(path))
    made = Repo(path, make=False)
    made.clock = origin.clock
    return made


def log_of(repo: Repo) -> dict[str, Payload]:
    """The commits of a repository by id, without landing them."""
    repository = Repository.at(repo.path)
    heads = git.heads_of(repository, repository.refs())
    return {commit["sha"]: commit for commit in Log(repository, heads)}


def test_a_commit_lands_with_everything_about_it(
    repo: Repo, rows: Callable[[str], list[Payload]]
) -> None:
    repo.commit("first", {"a b.txt": "1\n2\n", "logo.bin": b"\0\1\2"})
    body = (
        "Why.\n\nThis reverts commit 0123456789.\n\nCo-authored-by: Bo <bo@example.com>\nFixes: #3"
    )
    sha = repo.commit(f"Add (#7)\n\n{body}", {"a b.txt": "1\n3\n4\n"})
    summary = git.load(repo.path)
    assert summary.rows == {"repositories": 1, "commits": 2, "tags": 0}
    commit = next(row for row in rows("commits") if row["sha"] == sha)
    person = {"name": "Ann", "email": "ann@example.com", "time": "2023-11-15T01:13:20+01:00"}
    assert commit == {
        "sha": sha,
        "parents": [repo("rev-parse", "HEAD~1")],
        "tree": repo("rev-parse", "HEAD^{tree}"),
        "author": person,
        "committer": person,
        "subject": "Add (#7)",
        "body": body,
        "trailers": [
            {"key": "Co-authored-by", "value": "Bo <bo@example.com>"},
            {"key": "Fixes", "value": "#3"},
        ],
        "detail": "lines",
        "has_paths": True,
        "paths": [{"path": "a b.txt", "added": 2, "deleted": 1}],
        "repository": "local/shop",
    }
    first = next(row for row in rows("commits") if row["sha"] != sha)
    assert {"path": "logo.bin", "binary": True} in first["paths"]


def test_only_what_is_new_lands(repo: Repo, rows: Callable[[str], list[Payload]]) -> None:
    repo.commit()
    git.load(repo.path)
    assert git.load(repo.path).rows == {"repositories": 0, "commits": 0, "tags": 0}
    repo("switch", "-qc", "side")
    new = repo.commit()
    summary = git.load(repo.path)
    assert summary.rows == {"repositories": 1, "commits": 1, "tags": 0}
    assert rows("repositories")[-1]["heads"] == sorted({new, repo("rev-parse", "main")})
    assert git.load(repo.path, full_refresh=True).rows["commits"] == 2


def test_a_head_that_a_force_push_removed_is_no_obstacle(repo: Repo) -> None:
    repo.commit()
    repo.commit()
    git.load(repo.path)
    repo("reset", "-q", "--hard", "HEAD~1")
    repo.commit("instead")
    repo("reflog", "expire", "--expire=now", "--all")
    repo("gc", "-q", "--prune=now")
    assert (
        git.load(repo.path).rows["commits"] == 2
    )  # what is reached by no known head is read again
    assert git.load(repo.path).rows["commits"] == 0


def test_all_branches_tags_and_remote_branches_are_read(repo: Repo, tmp_path: Path) -> None:
    repo.commit()
    expected = {repo("rev-parse", "HEAD")}
    repo("switch", "-qc", "1.x")
    expected.add(repo.commit())
    repo("switch", "-q", "--detach")
    expected.add(repo.commit())  # reached by a tag alone
    repo("tag", "v1")
    copy = clone(repo, tmp_path / "copy", "--branch", "1.x")
    copy("switch", "-q", "--detach")
    expected.add(copy.commit())  # checked out, on no branch
    assert set(log_of(copy)) == expected
    repo("update-ref", "refs/pull/1/head", repo.commit())
    repository = Repository.at(repo.path)
    assert len(repository.refs(["refs/pull/*/head"])) == len(repository.refs()) + 1


def test_tags_of_every_kind(repo: Repo, rows: Callable[[str], list[Payload]]) -> None:
    sha = repo.commit("work", {"key.txt": "k\n"})
    repo.clock += 3600
    repo("tag", "light")
    repo("tag", "-a", "-m", "Release\n\nnotes", "annotated")
    repo("tag", "-a", "-m", "outer", "nested", "annotated")
    blob = repo("rev-parse", "HEAD:key.txt")
    repo("tag", "blob", blob)
    repo("tag", "-a", "-m", "key", "blob-annotated", blob)
    repo("tag", "tree", "HEAD^{tree}")
    old = repo.write(f"object {sha}\ntype commit\ntag old\n\nno tagger\n".encode(), "tag")
    repo("update-ref", "refs/tags/old", old)
    git.load(repo.path)
    tags = {row["name"]: row for row in rows("tags")}
    seen = {
        n: (t["commit"], t["target_type"], t["is_annotated"], t["time"]) for n, t in tags.items()
    }
    made, tagged = "2023-11-14T23:13:20+00:00", "2023-11-15T01:13:20+01:00"
    made_here = "2023-11-15T00:13:20+01:00"
    assert seen == {
        "light": (sha, "commit", False, made_here),
        "annotated": (sha, "commit", True, tagged),
        "nested": (sha, "commit", True, tagged),
        "blob": (None, "blob", False, None),
        "blob-annotated": (None, "blob", True, tagged),
        "tree": (None, "tree", False, None),
        "old": (sha, "commit", True, made_here),
    }
    assert datetime.fromisoformat(made) == datetime.fromisoformat(made_here)
    assert tags["annotated"]["message"] == "Release\n\nnotes"
    assert tags["annotated"]["tagger"]["email"] == "ann@example.com"


def test_tags_that_move_and_vanish_and_return(
    repo: Repo, rows: Callable[[str], list[Payload]]
) -> None:
    first = repo.commit()
    repo("tag", "v1")
    repo("tag", "v2")
    git.load(repo.path)
    second = repo.commit()
    repo("tag", "-f", "v1")
    repo("tag", "-d", "v2")
    assert git.load(repo.path).rows["tags"] == 2
    assert git.load(repo.path).rows["tags"] == 0
    repo("tag", "-f", "v1", first)
    repo("tag", "v2", second)
    git.load(repo.path)
    states = [(row["name"], row["commit"], row["deleted"]) for row in rows("tags")]
    assert [state[1:] for state in states if state[0] == "v1"] == [
        (first, False),
        (second, False),
        (first, False),
    ]
    assert [state[1:] for state in states if state[0] == "v2"] == [
        (first, False),
        (first, True),
        (second, False),
    ]


def test_a_blobless_clone_gives_names_and_fetches_nothing(repo: Repo, tmp_path: Path) -> None:
    repo.commit("one", {"a": "1\n2\n3\n", "logo": b"\0"})
    repo("mv", "a", "b")
    moved = repo.commit("two", {"c": "1\n"})
    copy = clone(repo, tmp_path / "copy", "--bare", "--filter=blob:none")
    before = copy("count-objects", "-v")
    commits = log_of(copy)
    assert commits[moved]["paths"] == [{"path": "b", "old_path": "a"}, {"path": "c"}]
    assert {commit["detail"] for commit in commits.values()} == {"names"}
    assert copy("count-objects", "-v") == before
    assert len(commits) == 2


def test_a_treeless_clone_gives_commits_without_paths(repo: Repo, tmp_path: Path) -> None:
    repo.commit()
    repo.commit()
    copy = clone(repo, tmp_path / "copy", "--bare", "--filter=tree:0")
    before = copy("count-objects", "-v")
    commits = log_of(copy)
    assert [(c["detail"], c["has_paths"], c["paths"]) for c in commits.values()] == [
        ("none", False, [])
    ] * 2
    assert copy("count-objects", "-v") == before


def test_what_a_clone_comes_to_know_lands_again(repo: Repo, tmp_path: Path, place: Place) -> None:
    repo.commit("one", {"a": "1\n2\n"})
    repo.commit("two", {"a": "1\n"})
    poor = clone(repo, tmp_path / "clones" / "shop.git", "--bare", "--filter=blob:none")
    assert "partial" in git.load(poor.path, name="acme/shop").notes[0]
    assert git.load(poor.path, name="acme/shop").rows["commits"] == 0
    assert git.load(repo.path, name="acme/shop").rows["commits"] == 2
    assert git.load(repo.path, name="acme/shop", patch_ids=True).rows["commits"] == 2
    assert git.load(repo.path, name="acme/shop", patch_ids=True).rows["commits"] == 0
    keys = "select count(distinct record_key), count(payload ->> 'patch_id') from raw_git.commits"
    assert place.rows(keys) == [(6, 2)]


def test_patch_ids_know_a_commit_again(repo: Repo, rows: Callable[[str], list[Payload]]) -> None:
    repo.commit()
    repo("switch", "-qc", "side")
    repo.commit("picked", {"x": "1\n"})
    repo("switch", "-q", "main")
    repo.commit()
    repo("cherry-pick", "side")
    git.load(repo.path, patch_ids=True)
    ids = [row["patch_id"] for row in rows("commits") if row["subject"] == "picked"]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_an_empty_repository(repo: Repo, rows: Callable[[str], list[Payload]]) -> None:
    summary = git.load(repo.path)
    assert summary.rows == {"repositories": 1, "commits": 0, "tags": 0}
    assert "empty" in summary.notes[0]
    assert rows("repositories")[0]["default_branch"] is None
    repo.commit()
    assert git.load(repo.path).rows["commits"] == 1


def test_a_shallow_clone_and_what_is_behind_it(
    repo: Repo, tmp_path: Path, rows: Callable[[str], list[Payload]]
) -> None:
    shas = [repo.commit() for _ in range(4)]
    copy = clone(repo, tmp_path / "copy", "--depth=2")
    summary = git.load(copy.path, name="shop")
    assert summary.rows["commits"] == 2
    assert "shallow" in summary.notes[0]
    about = rows("repositories")[0]
    assert (about["is_shallow"], about["shallow"]) == (True, [shas[2]])
    cut = next(row for row in rows("commits") if row["sha"] == shas[2])
    # its parent is not here, but it has one; and it did not add every file
    assert (cut["parents"], cut["has_paths"], cut["paths"]) == ([shas[1]], False, [])
    assert rows("load_ledger")[0]["covered_from"] == "2023-11-15T02:13:20+01:00"
    copy("fetch", "-q", "--unshallow")
    git.load(copy.path, name="shop")
    landed = {(row["sha"], row["has_paths"]) for row in rows("commits")}
    assert {(sha, True) for sha in shas} <= landed


@pytest.mark.parametrize(
    "path", ["nowhere", "plain", "file", "shop/sub", "https://example.com/a/b"]
)
def test_what_is_no_repository_is_said(repo: Repo, tmp_path: Path, path: str) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "file").touch()
    repo.commit("x", {"sub/a": "1\n"})
    given = path if ":" in path else tmp_path / path
    with pytest.raises(GitError, match=r"is no (git repository|folder)|is an address"):
        git.load(given)


def test_messages_and_names_in_other_encodings(repo: Repo) -> None:
    repo.commit("first", {"a": "1\n"})
    time = b" 1700000000 +0000"
    declared = repo.odd_commit(
        "Zoë <z@x>".encode("latin-1") + time, "Größe\n".encode("latin-1"), b"encoding ISO-8859-1\n"
    )
    undeclared = repo.odd_commit(
        "Zoë <z@x>".encode("latin-1") + time, "Größe\n\nfür\n".encode("latin-1")
    )
    utf8 = repo.odd_commit("Zoë <z@x>".encode() + time, "漢字 \x01\x1b[31m\n".encode())
    nul = repo.odd_commit(b"A <a@x>" + time, b"before\0after\n")
    no_name = repo.odd_commit(b"<>" + time, b"")
    commits = log_of(repo)
    assert commits[declared]["subject"] == "Größe"
    # what git cannot decode is read as Latin-1 when it is written as JSON
    landed = json.loads(git.dumps(commits[undeclared]))
    assert landed["author"]["name"] == commits[declared]["author"]["name"] == "Zoë"
    assert (landed["subject"], landed["body"]) == ("Größe", "für")
    assert commits[utf8]["subject"].startswith("漢字")
    assert commits[nul]["subject"] == "before"
    assert (commits[no_name]["author"]["name"], commits[no_name]["subject"]) == ("", "")


def test_paths_of_any_bytes(repo: Repo) -> None:
    names = [b"caf\xe9", "café".encode(), b"new\nline", b"tab\there", b"-dash", b'"quote"', b":M"]
    tree = b"".join(
        f"100644 blob {repo.write(name, 'blob')}\t".encode() + name + b"\0" for name in names
    )
    top = repo("mktree", "-z", stdin=tree)
    sha = repo("commit-tree", "-m", "odd", top)
    repo("update-ref", "refs/heads/main", sha)
    commit = json.loads(git.dumps(log_of(repo)[sha]))
    expected = {"caf\\xe9", "café", "new\nline", "tab\there", "-dash", '"quote"', ":M"}
    assert {entry["path"] for entry in commit["paths"]} == expected


def test_moves_merges_and_empty_commits(repo: Repo) -> None:
    lines = "".join(f"{number}\n" for number in range(20))
    repo.commit("one", {"a/x": lines})
    (repo.path / "b").mkdir()
    repo("mv", "a/x", "b/x")
    moved = repo.commit("move", {"b/x": lines + "more\n"})
    for side in ("s1", "s2", "s3"):
        repo("switch", "-qc", side, moved)
        repo.commit()
    repo("switch", "-q", "main")
    repo("merge", "-q", "--no-ff", "-m", "octopus", "s1", "s2", "s3")
    octopus = repo("rev-parse", "HEAD")
    repo("commit", "-q", "--allow-empty", "-m", "nothing")
    commits = log_of(repo)
    empty = commits[repo("rev-parse", "HEAD")]
    assert commits[moved]["paths"] == [{"path": "b/x", "old_path": "a/x", "added": 1, "deleted": 0}]
    assert len(commits[octopus]["parents"]) == 4
    assert (commits[octopus]["has_paths"], commits[octopus]["paths"]) == (False, [])
    assert (empty["has_paths"], empty["paths"]) == (True, [])


def test_grafts_and_replacements_are_not_history(repo: Repo) -> None:
    first, second, third = (repo.commit(text) for text in ("one", "two", "three"))
    other = repo.odd_commit(b"A <a@x> 1700000000 +0000", b"other\n")
    repo("replace", third, other)
    (repo.path / ".git" / "info").mkdir(exist_ok=True)
    (repo.path / ".git" / "info" / "grafts").write_text(f"{second} {other}\n")
    commits = log_of(repo)
    assert commits[third]["subject"] == "three"
    assert commits[second]["parents"] == [first]


def test_absurd_times(repo: Repo) -> None:
    repo.commit()
    cases = {
        b"0 +0000": "1970-01-01T00:00:00+00:00",
        b"4102444800 +0545": "2100-01-01T05:45:00+05:45",
        b"1600000000 +51800": "2020-09-13T12:26:40+00:00",
        b"1600000000 -9999": "2020-09-13T12:26:40+00:00",
        b"253402300800 +0000": None,
        b"99999999999999 +0000": None,
        b"-5 +0000": None,
        b"never": None,
    }
    shas = {time: repo.odd_commit(b"A <a@x> " + time, b"m\n") for time in cases}
    commits = log_of(repo)
    assert {time: commits[sha]["author"]["time"] for time, sha in shas.items()} == cases
    assert git.load(repo.path).rows["commits"] == len(cases) + 1


def test_times_of_tags_are_read_as_carefully() -> None:
    assert iso(1_600_000_000, "-0330") == "2020-09-13T08:56:40-03:30"
    assert iso(1_600_000_000, "-9999") == "2020-09-13T12:26:40+00:00"
    assert iso(10**15) is None
    assert clean_time("2020-09-13T12:26:40Z") == "2020-09-13T12:26:40Z"
    assert parse_identity(b"nobody") is None
    assert parse_identity(b"A B <a@x> 1600000000 +0000") == {
        "name": "A B",
        "email": "a@x",
        "time": "2020-09-13T12:26:40+00:00",
    }


@pytest.mark.parametrize(
    ("branches", "guess"),
    [
        (["work", "main", "master"], "main"),
        (["work", "master"], "master"),
        (["few", "work"], "work"),
    ],
)
def test_a_head_that_points_nowhere(
    repo: Repo, tmp_path: Path, branches: list[str], guess: str
) -> None:
    for branch in branches:
        repo("switch", "-q", "--orphan", branch)
        for _ in range(2 if branch == "work" else 1):
            repo.commit()
    bare = clone(repo, tmp_path / "bare", "--mirror")
    bare("symbolic-ref", "HEAD", "refs/heads/gone")
    repository = Repository.at(bare.path)
    assert repository.default_branch(repository.refs()) == guess
    assert git.load(bare.path, default_branch="few").rows["commits"] == len(branches) + 1


def test_the_default_branch_is_the_remotes(
    repo: Repo, tmp_path: Path, rows: Callable[[str], list[Payload]]
) -> None:
    repo.commit()
    repo("switch", "-qc", "trunk")
    newest = repo.commit()
    copy = clone(repo, tmp_path / "copy")
    copy("switch", "-qc", "main")
    copy("reset", "-q", "--hard", "HEAD~1")
    git.load(copy.path)
    about = rows("repositories")[0]
    assert (about["default_branch"], about["default_head"]) == ("trunk", newest)


def test_a_submodule_is_a_path(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.commit()
    repo.commit()
    repo("submodule", "--quiet", "add", f"file://{other.path}", "lib")
    sha = repo.commit("add lib")
    assert {".gitmodules", "lib"} < {entry["path"] for entry in log_of(repo)[sha]["paths"]}
    assert Repository.at(repo.path / "lib").key == "local/lib"


def test_a_work_tree_is_its_repository(repo: Repo, tmp_path: Path) -> None:
    repo.commit()
    repo("worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    tree = Repo(tmp_path / "tree", make=False)
    tree.clock = repo.clock
    sha = tree.commit()
    assert sha in log_of(tree)
    assert Repository.at(tree.path).key == Repository.at(repo.path).key == "local/shop"


def test_the_callers_environment_and_configuration_change_nothing(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("Größe\n\nreviewed-by: Bo\n", {"é": "1\n", "x.svg": "1\n"})
    repo("mv", "é", "è")
    (repo.path / ".gitattributes").write_text("*.svg -diff\n")
    repo.commit("two", {"x.svg": "2\n"})
    expected = log_of(repo)
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[core]\n quotePath = true\n pager = false\n attributesFile = ~/attributes\n"
        "[i18n]\n logOutputEncoding = UTF-16\n[log]\n showSignature = true\n date = relative\n"
        " mailmap = true\n decorate = full\n follow = true\n showRoot = false\n"
        "[diff]\n renames = false\n algorithm = histogram\n noprefix = true\n external = false\n"
        "[color]\n ui = always\n[format]\n pretty = oneline\n[trailer]\n separators = '#'\n"
    )
    (home / "attributes").write_text("* binary\n")
    monkeypatch.setenv("HOME", str(home))
    for name, value in {
        "GIT_DIR": "/nowhere",
        "GIT_WORK_TREE": "/nowhere",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "log.showRoot",
        "GIT_CONFIG_VALUE_0": "false",
        "GIT_OBJECT_DIRECTORY": "/nowhere",
        "GIT_NAMESPACE": "other",
        "LC_ALL": "de_DE.UTF-8",
    }.items():
        monkeypatch.setenv(name, value)
    assert log_of(repo) == expected
    numbers = {entry["path"]: entry.get("added") for c in expected.values() for entry in c["paths"]}
    assert numbers["x.svg"] == 1  # the work tree's attributes do not decide what is text


def test_a_path_with_spaces_and_a_dash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repo(tmp_path / "-my shop;$(x)")
    repo.commit()
    monkeypatch.chdir(tmp_path)
    assert git.load("-my shop;$(x)").rows["commits"] == 1
    assert Repository.at("-my shop;$(x)").key == "local/my-shop-x"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit()
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in (repo.path, repo.path / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(GitError, match=r"belongs to another user.*safe\.directory"):
        git.load(repo.path)
    (tmp_path / ".gitconfig").write_text(f"[safe]\n directory = {repo.path}\n")
    assert git.load(repo.path).rows["commits"] == 1


def test_a_corrupt_object_is_told_and_nothing_is_forgotten(
    repo: Repo, rows: Callable[[str], list[Payload]]
) -> None:
    shas = [repo.commit() for _ in range(6)]
    broken = repo.path / ".git" / "objects" / shas[2][:2] / shas[2][2:]
    intact = broken.read_bytes()
    broken.chmod(stat.S_IRUSR | stat.S_IWUSR)
    broken.write_bytes(b"garbage")
    with pytest.raises(GitError, match=r"could not read .*shop.*fsck"):
        git.load(repo.path)
    landed = {row["sha"] for row in rows("commits")}
    assert landed <= set(shas[3:])
    assert rows("repositories")[-1]["is_complete"] is False
    assert rows("load_ledger") == []
    broken.write_bytes(intact)
    git.load(repo.path)
    assert {row["sha"] for row in rows("commits")} == set(shas)
    assert rows("repositories")[-1]["is_complete"] is True


@pytest.mark.parametrize("step", ["extracted", "normalized"])
def test_a_killed_load_is_taken_up_again(
    repo: Repo, place: Place, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    repo.commit()
    repo.commit()
    git.load(repo.path, name="first")

    def die(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if step == "extracted":
            # between the package's move to the loader and the removal of what it was made from
            patch.setattr(
                LoadStorage,
                "commit_new_load_package",
                dies_after(LoadStorage.commit_new_load_package),
            )
        else:
            patch.setattr(dlt.Pipeline, "load", die)
        with pytest.raises((KeyboardInterrupt, PipelineStepFailed)):
            git.load(repo.path, name="acme/shop")
    assert git.load(repo.path, name="acme/shop").rows["commits"] == 0
    assert place.rows("select count(*), count(distinct record_key) from raw_git.commits") == [
        (4, 4)
    ]


def dies_after(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, and then the end."""

    def run(*arguments: Any, **options: Any) -> None:
        function(*arguments, **options)
        raise KeyboardInterrupt

    return run


def test_a_missing_file_costs_line_counts_alone(
    repo: Repo, rows: Callable[[str], list[Payload]]
) -> None:
    repo.commit("one", {"a": "1\n"})
    blob = repo("rev-parse", "HEAD:a")
    repo.commit("two", {"b": "1\n2\n"})
    (repo.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    summary = git.load(repo.path, patch_ids=True)
    assert summary.rows["commits"] == 2
    assert ["patch ids" in note or "full-refresh" in note for note in summary.notes] == [True, True]
    assert {row["subject"]: (row["detail"], row["paths"]) for row in rows("commits")} == {
        "one": ("names", [{"path": "a"}]),
        "two": ("lines", [{"path": "b", "added": 2, "deleted": 0}]),
    }
    assert git.load(repo.path).rows["commits"] == 0


def test_without_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="not found on PATH"):
        git.load(tmp_path)


def test_a_ref_to_an_object_that_is_gone(repo: Repo) -> None:
    sha = repo.commit()
    (repo.path / ".git" / "refs" / "tags" / "lost").write_text("1" * 40 + "\n")
    assert set(log_of(repo)) == {sha}
    assert Repository.at(repo.path).refs()["refs/tags/lost"].commit is None
    assert git.load(repo.path).rows["tags"] == 1


def test_sha256_repositories(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "long", "--object-format=sha256")
    sha = repo.commit()
    assert len(sha) == 64
    assert set(log_of(repo)) == {sha}


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://github.com/Acme/Shop.git", "github.com/acme/shop"),
        ("https://user:secret@github.com/acme/shop", "github.com/acme/shop"),
        ("git@github.com:Acme/Shop.git", "github.com/acme/shop"),
        ("ssh://git@git.acme.com:2222/team/sub/shop.git/", "git.acme.com/team/sub/shop"),
        ("https://dev.acme.com:8443/scm/shop", "dev.acme.com/scm/shop"),
        ("acme:shop.git", "acme/shop"),
        ("/srv/git/shop.git", None),
        ("../shop", None),
        ("file:///srv/git/shop.git", None),
        ("C:/git/shop", None),
    ],
)
def test_the_key_comes_from_the_address(address: str, key: str | None) -> None:
    assert key_of_address(address) == key


def test_clones_of_one_folder_name_stay_apart(
    tmp_path: Path, rows: Callable[[str], list[Payload]]
) -> None:
    one, two = Repo(tmp_path / "acme" / "repo"), Repo(tmp_path / "other" / "repo")
    one.commit("one")
    two.commit("two")
    for _ in range(2):
        git.load(one.path)
        git.load(two.path)
    assert {row["repository"] for row in rows("commits")} == {"local/repo", "local/other-repo"}
    assert len(rows("commits")) == 2
    moved = tmp_path / "moved" / "repo"
    moved.parent.mkdir()
    shutil.move(one.path, moved)
    git.load(moved)
    assert len(rows("commits")) == 2


def test_the_ledger_ends_where_the_clone_stopped_listening(
    repo: Repo, tmp_path: Path, rows: Callable[[str], list[Payload]]
) -> None:
    repo.commit()
    git.load(repo.path)
    until = {
        (row["entity"], row["covered_from"], row["covered_until"]) for row in rows("load_ledger")
    }
    # a copy that says nothing of a fetch: its newest commit, inclusive
    assert until == {(entity, None, "2023-11-14T23:13:21+00:00") for entity in ("commits", "tags")}
    copy = clone(repo, tmp_path / "copy")
    copy("fetch", "-q")
    fetched = datetime(2024, 1, 1, tzinfo=UTC).timestamp()
    for name in ("FETCH_HEAD", "logs/HEAD"):
        os.utime(copy.path / ".git" / name, (fetched, fetched))
    git.load(copy.path, name="copy")
    assert any(row["covered_until"] == "2024-01-01T00:00:01+00:00" for row in rows("load_ledger"))


def test_a_pattern_that_the_warehouse_cannot_run(repo: Repo) -> None:
    with pytest.raises(GitError, match="tag pattern"):
        git.load(repo.path, tag_regex="v(?!0)")
    repo.commit()
    repo("tag", "v1.0")
    assert "none of its 1 tags" in git.load(repo.path, tag_regex="1[.]0").notes[0]
    assert git.load(repo.path, tag_regex="v1[.]0").notes == ()
    with pytest.raises(GitError, match="--repo"):
        git.load(tag_regex="v.*")


def test_configured_clones(
    repo: Repo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows: Callable[[str], list[Payload]],
) -> None:
    repo.commit()
    found = [
        {"path": str(tmp_path / "gone")},
        {"path": str(repo.path), "name": "Acme/Shop", "tag_regex": "v.*"},
    ]
    monkeypatch.setenv("SOURCES__GIT__REPOSITORIES", json.dumps(found))
    with pytest.raises(GitError, match="gone is no folder"):
        git.load()
    about = rows("repositories")[0]
    assert (about["repository"], about["tag_regex"]) == ("acme/shop", "v.*")
    for entry, message in [
        ({"path": "a", "tags": "v"}, "unknown key 'tags'"),
        ({"name": "a"}, "has no path"),
    ]:
        monkeypatch.setenv("SOURCES__GIT__REPOSITORIES", json.dumps([entry]))
        with pytest.raises(GitError, match=message):
            git.configured()
    monkeypatch.setenv(
        "SOURCES__GIT__REPOSITORIES",
        json.dumps([{"path": "a", "name": "x"}, {"path": "b", "name": "x"}]),
    )
    with pytest.raises(GitError, match="two clones"):
        git.configured()


def test_releases_by_plain_git(repo: Repo) -> None:
    """The independent computation, on parallel lines worked out by hand."""
    first = repo.commit()
    repo("tag", "v1.0")
    repo("switch", "-qc", "1.x")
    fix = repo.commit()
    repo("switch", "-q", "main")
    feature = repo.commit()
    repo.clock += 7200
    repo("tag", "-a", "-m", "x", "v2.0")
    repo("tag", "-a", "-m", "x", "v2.0-rc")
    repo("switch", "-q", "1.x")
    repo.clock += 3600
    repo("tag", "-a", "-m", "x", "v1.1")
    figures, pairs = git_releases.report(str(repo.path), r"v\d+\.\d+")
    assert {pair[::2] for pair in pairs} == {(first, "v1.0"), (fix, "v1.1"), (feature, "v2.0")}
    # waits of 0 for the first, 4 hours for the fix, 2 for the feature
    assert figures["median_seconds"] == 7200
    assert figures["median_seconds_without_first_release"] == 10800
    assert figures["releases"] == 3


def stage(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """Build the staging models of this source; their rows without lineage."""
    built = warehouse.build(select="staging.git bots")
    assert built.ok, built.error or [str(failure) for failure in built.failures]
    return {
        table: sorted(
            place.rows(f"select * exclude (_dlt_load_id) from staging.stg_git__{table}"), key=repr
        )
        for table in ("commits", "commit_parents", "commit_paths", "deployments", "repositories")
    }


@pytest.mark.slow
def test_building_step_by_step_is_building_at_once(
    repo: Repo, tmp_path: Path, place: Place
) -> None:
    """Nothing new, new commits, moved and vanished tags, a crash, a richer clone: the same as from the beginning."""
    repo.commit("one", {"a/x": "1\n2\n"})
    repo("tag", "v1")
    repo("tag", "v2")
    poor = clone(repo, tmp_path / "poor", "--bare", "--filter=blob:none")
    git.load(poor.path, name="acme/shop")
    first = stage(place)
    assert first == stage(place)
    assert [row[4:6] for row in first["commit_paths"]] == [(None, None)]

    repo("mv", "a", "b")
    moved = repo.commit("move", {"c": "1\n"})
    repo("tag", "-f", "v1")
    repo("tag", "-d", "v2")
    git.load(
        repo.path, name="acme/shop", tag_regex="v.*"
    )  # the same repository, now with line counts
    # as after a crash: rows appended twice, and a part of the load that arrives after a build under the same id
    with duckdb.connect(str(place.data / "warehouse.duckdb")) as connection:
        connection.execute(
            "create table late as from raw_git.commits where payload ->> 'sha' = ?", [moved]
        )
        connection.execute("delete from raw_git.commits where payload ->> 'sha' = ?", [moved])
    stage(place)
    with duckdb.connect(str(place.data / "warehouse.duckdb")) as connection:
        connection.execute("insert into raw_git.commits from late")
        connection.execute(
            "insert into raw_git.commits select * replace (_dlt_id || 'b' as _dlt_id) from late"
        )
        connection.execute("drop table late")
    last = stage(place)
    assert last == stage(place)
    assert {row[3]: row[4:6] for row in last["commit_paths"] if row[2] == moved} == {
        "b/x": (0, 0),
        "a/x": (0, 0),
        "c": (1, 0),
    }
    tags = place.rows("select tag_name, commit_sha, is_deleted from staging.stg_git__deployments")
    assert sorted(tags) == [
        ("v1", moved, False),
        ("v2", repo("rev-parse", "main~1"), True),
    ]
    warehouse.dbt("run", "--quiet", "--full-refresh", "--select", "staging.git")
    assert last == stage(place)
