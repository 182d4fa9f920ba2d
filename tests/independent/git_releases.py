"""Releases of a clone and the commits that each carried first, by plain git and Python alone.

    python tests/independent/git_releases.py REPO TAG_REGEX [--from 2024-01-01] [--to 2025-01-01] [--pairs FILE]

A release is a commit with at least one tag whose whole name matches; several tags on one commit are one release, at the
earliest of their times. A tag's time is its tagger's, or the committer time of its commit if it has none. A commit
belongs to the first release, by time, then by tag name, that contains it by ancestry; merge commits are left out. The
lead time is the release's time less the committer time. Over releases in [from, to): their number, the number of their
commits, and the continuous median of the lead times in seconds, with and without the first release ever, which
carries all earlier history.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path


def git(repo, *arguments):
    command = ["git", "-C", repo, "--no-replace-objects", "-c", "log.showSignature=false"]
    answer = subprocess.run([*command, *arguments], capture_output=True, check=True)
    return answer.stdout.decode("utf-8", "surrogateescape")


def releases(repo, pattern):
    """{commit: (time, first tag name by time then name)} of the matching tags."""
    found = {}
    listing = git(
        repo, "for-each-ref", "refs/tags", "--format=%(refname) %(objectname) %(objecttype)"
    )
    for line in listing.splitlines():
        ref, oid, kind = line.split(" ")
        name = ref.removeprefix("refs/tags/")
        if not re.fullmatch(pattern, name):
            continue
        try:
            commit = git(repo, "rev-parse", "--verify", "--quiet", f"{oid}^{{commit}}").strip()
        except subprocess.CalledProcessError:
            continue  # a tag on a file or a folder
        time = None
        if kind == "tag":
            head = git(repo, "cat-file", "tag", oid).partition("\n\n")[0]
            tagger = re.search(r"^tagger .*> (\d+) [+-]\d+$", head, re.MULTILINE)
            time = tagger and int(tagger[1])
        if time is None:
            time = int(git(repo, "show", "--no-patch", "--format=%ct", commit))
        candidate = (time, name)
        found[commit] = min(found.get(commit, candidate), candidate)
    return found


def history(repo):
    """{commit: (committer time, parents)} of everything that tags reach."""
    commits = {}
    for line in git(repo, "log", "--tags", "--format=%H %ct %P").splitlines():
        sha, time, *parents = line.split(" ")
        commits[sha] = (int(time), [parent for parent in parents if parent])
    return commits


def first_releases(commits, tagged):
    """{commit: release commit}, by walking from the earliest release on and never entering what is taken."""
    owner = {}
    for release, _ in sorted(tagged.items(), key=lambda item: item[1]):
        stack = [release]
        while stack:
            sha = stack.pop()
            if sha in owner or sha not in commits:
                continue
            owner[sha] = release
            stack.extend(commits[sha][1])
    return owner


def median(values):
    return statistics.median(values) if values else None


def report(repo, pattern, start=None, stop=None):
    """The figures, and the pairs (commit, tag that names its release) over the whole history."""
    commits, tagged = history(repo), releases(repo, pattern)
    owner = first_releases(commits, tagged)
    plain = {sha: release for sha, release in owner.items() if len(commits[sha][1]) < 2}
    inside = {
        release
        for release, (time, _) in tagged.items()
        if (start is None or time >= start) and (stop is None or time < stop)
    }
    first = min(tagged, key=tagged.get, default=None)
    waits = {sha: tagged[r][0] - commits[sha][0] for sha, r in plain.items() if r in inside}
    measured = [wait for sha, wait in waits.items() if plain[sha] != first]
    figures = {
        "commits_in_tags": len(commits),
        "releases_ever": len(tagged),
        "pairs_ever": len(plain),
        "releases": len(inside),
        "pairs": len(waits),
        "median_seconds": median(list(waits.values())),
        "pairs_without_first_release": len(measured),
        "median_seconds_without_first_release": median(measured),
    }
    return figures, sorted((sha, release, tagged[release][1]) for sha, release in plain.items())


def day(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repo")
    parser.add_argument("tag_regex")
    parser.add_argument("--from", dest="start", type=day, help="UTC date, inclusive")
    parser.add_argument("--to", dest="stop", type=day, help="UTC date, exclusive")
    parser.add_argument("--pairs", help="write `commit release-commit tag` lines to this file")
    given = parser.parse_args()
    figures, pairs = report(given.repo, given.tag_regex, given.start, given.stop)
    if given.pairs:
        with Path(given.pairs).open("w", encoding="utf-8") as file:
            file.writelines(f"{sha} {release} {tag}\n" for sha, release, tag in pairs)
    json.dump(figures, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
