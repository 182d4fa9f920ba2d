"""Requests and direct commits of the demo: written, pushed, reviewed, merged."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pipelines.demo import jenkins
from pipelines.demo.history import NO_SHA, Commit, Edit, Person
from pipelines.demo.issues import Issues
from pipelines.demo.model import Change, Incident, Item, Line
from pipelines.demo.organisation import ACTIONS, DEPENDABOT, DEPLOYER, FORGE, Pace, Service
from pipelines.demo.stage import BODIES, HOUR, MINUTE, VERBS


class Changes(Issues):
    """Plays requests from the first commit to the merge."""

    def _edit(self, path: str) -> Edit:
        stamp = f"{self.random.getrandbits(48):012x}"
        lines = tuple(f"{stamp} line {number}" for number in range(self.random.randint(1, 9)))
        return path, lines, self.random.randrange(5)

    def _edits(self, prefixes: list[str]) -> tuple[Edit, ...]:
        found = {}
        for prefix in prefixes:
            for _ in range(self.random.choice((1, 1, 2))):
                path = f"{prefix or 'src/'}part{self.random.randrange(8)}.txt"
                found[path] = self._edit(path)
        return tuple(found.values())

    def _begin_any(self, service: Service) -> None:
        if self.plan.merge == "trunk":
            self._direct(service, "direct")
        elif self.chance(0.07):
            self._begin(service, self.lines[0], "bot")
        else:
            self._begin(service, self.lines[0], "feature")

    def _direct(self, service: Service, kind: str, reverts: Commit | None = None) -> Change:
        """A commit straight to the default branch, pushed as it is committed."""
        line, author = self.lines[0], self.random.choice(self.people())
        title, body = self._title(), ""
        if reverts is not None:
            title = f'Revert "{reverts.message.splitlines()[0]}"'
            body = f"\n\nThis reverts commit {reverts.sha}."
        # some were written hours before they were committed, and some clocks are wrong
        authored = (
            self.now - self.minutes(5, 400) + (self.minutes(420, 480) if self.chance(0.03) else 0)
        )
        commit = self.git.commit(
            (line.tip,), line.tree, self._edits([service.prefix]), title + body, author, authored, author, self.now
        )  # fmt: skip
        change = Change(
            line, author, kind, title, None, first_commit=min(authored, self.now), merged=self.now
        )
        change.merge_sha, change.reverts = commit.sha, reverts.sha if reverts else None
        before = line.tip
        self._land(change, [commit], commit)
        self._push_line(line, before, [(commit, True)], author)
        return change

    def _begin(
        self, service: Service, line: Line, kind: str, *, reverts: Commit | None = None, fixes: Incident | None = None,
        picked: Commit | None = None, on_merge: Callable[[], None] | None = None, parent: Change | None = None,
    ) -> Change:  # fmt: skip
        """Branch off and write the first commit of a request."""
        self.branched += 1
        author = DEPENDABOT if kind == "bot" else self.random.choice(self.people())
        title, body = self._title(), self.random.choice(BODIES)
        branch = f"canary-branch-{self.branched}-{self.random.choice(VERBS).lower()}"
        if kind == "bot":
            title, branch = (
                f"canary-title Bump thing from 1.{self.branched} to 2.0",
                f"dependabot/pip/{branch}",
            )
        elif kind == "hotfix":
            branch = f"hotfix/{branch}" if self.chance(0.5) else branch
        elif self.branched == 3:
            branch = "alice/fix"
        change = Change(line, author, kind, title, body, branch, on_merge=on_merge, parent=parent)
        change.urgent = kind in ("hotfix", "revert", "fix")
        change.id = next(self.identities)
        change.base = parent.head if parent else line.tip
        change.base_position = len(line.tips) - 1
        change.tree = (parent.tree if parent and parent.tree else line.tree).copy()
        if kind == "hotfix" and (not branch.startswith("hotfix/") or self.chance(0.5)):
            change.labels = ("hotfix",)
        elif kind == "bot":
            change.labels = ("dependencies",)
        prefixes = self._prefixes(service, kind)
        first = [self.now]
        if kind == "feature" and not parent:
            hours = self.blend(self.plan.pace.coding)
            done = self.later(self.now, hours)
            extra = self.random.choice((0, 0, 1, 1, 2, 3))
            first += sorted(self.random.randrange(self.now + 60, done) for _ in range(extra))
        else:
            done = self.now + (self.minutes(10, 40) if change.urgent else self.minutes(2, 20))
        if reverts is not None:
            change.reverts = reverts.sha
            change.title = f'Revert "{reverts.message.splitlines()[0]}"'
            change.body = f"Reverts a commit.\r\n\r\n{reverts.sha}"
        if fixes is not None:
            change.fixes = fixes
            named = self.desk.mention(fixes.item)
            change.body = f"canary-title-body: mends it.\r\n\r\nFixes {named}"
        elif kind == "feature" and not parent and self.chance(0.25):
            change.closes = self._issue(self.board, service, ("enhancement",))
            named = self.board.mention(change.closes)
            change.body = f"{change.body or ''}\r\n\r\nCloses {named}"
            self.at(self.now + 60, partial(self._tell, "started", change.closes, author))
        self.at(done + 60, lambda: self._push_first(change, first, prefixes, reverts, picked))
        return change

    def _prefixes(self, service: Service, kind: str) -> list[str]:
        if not self.plan.shared:
            return [""]
        if kind == "bot":
            return [self.plan.shared]
        found = [service.prefix]
        if kind == "feature":
            if self.chance(0.06):
                found.append(self.plan.shared)
            elif self.chance(0.12):
                found.append(self.random.choice([s.prefix for s in self.plan.services]))
        return found

    def _push_first(
        self, change: Change, times: list[int], prefixes: list[str], reverts: Commit | None, picked: Commit | None
    ) -> None:  # fmt: skip
        """Push all commits written so far, then open the request."""
        for number, at in enumerate(times):
            # the first commit of a request that touches two folders touches one of them
            where = prefixes if len(times) == 1 else [prefixes[number % len(prefixes)]]
            message = f"{change.title} (part {number + 1})" if number else change.title
            if reverts is not None:
                message = f"{change.title}\n\nThis reverts commit {reverts.sha}."
            if picked is not None:
                message = f"{picked.message}\n\n(cherry picked from commit {picked.sha})"
                self._add_commit(change, picked.edits, message, picked.authored, at, picked.author)
            else:
                self._add_commit(change, self._edits(where), message, at, at, change.author)
        change.first_commit = min(
            min(commit.authored, commit.committed) for commit in change.commits
        )
        self.open_branches[change.branch] = change
        self._push_branch(
            change, NO_SHA, [(commit, True) for commit in change.commits], change.author
        )
        self.at(self.now + 20, lambda: self._open(change))

    def _add_commit(
        self, change: Change, edits: tuple[Edit, ...], message: str, authored: int, committed: int, author: Person
    ) -> Commit:  # fmt: skip
        parent = change.commits[-1] if change.commits else change.base
        if parent is None or change.tree is None:
            raise RuntimeError("a request has a base before it has commits")
        committer = (
            FORGE
            if author is DEPENDABOT
            else (author if author is change.author else change.author)
        )
        commit = self.git.commit(
            (parent,), change.tree, edits, message, author, authored, committer, committed
        )
        change.commits.append(commit)
        change.all_shas.append(commit.sha)
        return commit

    def _push_branch(
        self,
        change: Change,
        before: str,
        commits: list[tuple[Commit, bool]],
        sender: Person,
        forced: bool = False,
    ) -> None:
        body = self.forge.push(
            f"refs/heads/{change.branch}", before, change.head.sha, commits, change.head, self.now, sender, forced
        )  # fmt: skip
        self.emit("push", body)
        self._ci(change.branch, change.head, sender, "push")

    def _snapshot(self, change: Change) -> dict[str, Any]:
        base = change.base
        state = "closed" if change.merged is not None or change.closed is not None else "open"
        return {
            "number": change.number, "id": change.id, "issue_id": change.id + 7, "state": state, "title": change.title,
            "author": change.author, "body": change.body, "created_at": change.opened,
            "updated_at": max(change.updated, self.now),
            "closed_at": change.merged if change.merged is not None else change.closed, "merged_at": change.merged,
            "merge_commit_sha": change.merge_sha, "labels": change.labels, "draft": change.draft,
            "orphan": change.orphan,
            "head_ref": change.branch, "head_sha": change.head.sha,
            "base_ref": change.parent.branch if change.parent else change.line.branch,
            "base_sha": base.sha if base else None,
            "merged_by": change.merged_by, "comments": change.comments, "review_comments": change.review_comments,
            "commits": len(change.commits), "additions": sum(commit.added for commit in change.commits),
            "deletions": sum(commit.deleted for commit in change.commits),
            "changed_files": len({path for commit in change.commits for path in commit.paths}), "kind": "pull",
        }  # fmt: skip

    def _pull_request(self, action: str, change: Change, sender: Person, **more: Any) -> None:
        self.emit(
            "pull_request",
            self.forge.pull_request(action, self._snapshot(change), self.now, sender, **more),
        )

    def _open(self, change: Change) -> None:
        """Open the request and plan how it is reviewed."""
        change.number = next(self.numbers)
        change.opened = self.now
        self.changes.append(change)
        plain = change.kind == "feature" and change.parent is None
        change.draft = plain and self.chance(0.1)
        labels: tuple[str, ...] = ()
        if not self.forge.labels_at_once:
            labels, change.labels = change.labels, ()
        self._pull_request("opened", change, change.author)
        for name in labels:
            change.labels = (*change.labels, name)
            self._pull_request("labeled", change, change.author, label=self.forge.label(name))
        if plain and self.chance(0.02):
            self.at(self.now + 30, lambda: self._relabel(change, "hotfix"))
            self.at(self.now + 60, lambda: self._relabel(change, "hotfix"))
        self.at(self.now + 45, lambda: self._comment(change, ACTIONS, "Coverage 87 %"))
        if self.chance(0.3):
            self.at(self.now + 90, lambda: self._comment(change, DEPLOYER, "Preview is ready"))
        if change.draft:
            self.at(
                self.later(self.now, self.blend(self.plan.pace.coding) / 3),
                lambda: self._ready(change),
            )
            return
        change.ready = self.now
        self._plan_review(change)

    def _relabel(self, change: Change, name: str) -> None:
        """Put a label on, or take it off again: somebody was mistaken."""
        on = name not in change.labels
        change.labels = (
            (*change.labels, name) if on else tuple(kept for kept in change.labels if kept != name)
        )
        self._pull_request(
            "labeled" if on else "unlabeled", change, change.author, label=self.forge.label(name)
        )

    def _reopen_request(self, change: Change, sender: Person) -> None:
        change.closed = None
        self._pull_request("reopened", change, sender)
        self.at(self.now + 10 * MINUTE, lambda: self._finish(change))

    def _delete_branch(self, change: Change, sender: Person) -> None:
        """Tidy up, in both of the ways in which the forge says so."""
        ref = f"refs/heads/{change.branch}"
        self.emit("push", self.forge.push(ref, change.head.sha, NO_SHA, [], None, self.now, sender))
        self.emit("delete", self.forge.delete_branch(change.branch, self.now, sender))

    def _ready(self, change: Change) -> None:
        change.draft, change.ready = False, self.now
        self._pull_request("ready_for_review", change, change.author)
        self._plan_review(change)

    def _comment(self, change: Change, person: Person, text: str) -> None:
        change.comments += 1
        self.emit(
            "issue_comment",
            self.forge.issue_comment(
                self._snapshot(change), next(self.identities), self.now, person, text
            ),
        )

    def _plan_review(self, change: Change) -> None:
        pace: Pace = self.plan.pace
        if change.parent is not None:
            self.at(self.now + self.minutes(5, 20), lambda: self._merge_into_parent(change))
            return
        if change.urgent:
            first = self.now + self.minutes(3, 15)
            merge = first + self.minutes(5, 30)
        else:
            first = self.later(self.now, self.blend(pace.pickup))
            merge = self.later(first, self.blend(pace.review))
        if not change.urgent and not self.chance(pace.reviewed):
            self.at(merge, lambda: self._finish(change))
            return
        if self.chance(0.15):
            self.at(
                self.now + 120,
                lambda: self._comment(change, change.author, "canary-title-comment: my own note"),
            )
        reviewer = self.other(change.author)
        self.at(first, lambda: self._first_review(change, reviewer, merge))
        if change.kind == "feature" and first - self.now > 3 * HOUR and self.chance(0.06):
            self.at(self.now + 20 * MINUTE, lambda: self._stack(change))

    def _first_review(self, change: Change, reviewer: Person, merge: int) -> None:
        change.first_review = self.now
        fate = self.random.random()
        room = merge - self.now > 30 * MINUTE
        if change.urgent or fate < 0.5 or not room:
            self._review(change, reviewer, "approved")
        elif fate < 0.6:
            self._comment(change, reviewer, "canary-title-comment: looks right, one moment")
            self.at(merge - 5 * MINUTE, lambda: self._review(change, reviewer, "approved"))
        else:
            asks = fate < 0.85
            self._review(change, reviewer, "changes_requested" if asks else "commented")
            if asks:
                self.at(merge - 20 * MINUTE, lambda: self._push_more(change))
            self.at(merge - 5 * MINUTE, lambda: self._review(change, reviewer, "approved"))
        self.at(merge, lambda: self._finish(change))

    def _review(self, change: Change, reviewer: Person, state: str) -> None:
        identity = next(self.identities)
        if state == "approved":
            change.approved = self.now
        body = None if state == "approved" else "canary-title-review: “why”?"
        self.emit(
            "pull_request_review",
            self.forge.review(self._snapshot(change), identity, self.now, reviewer, state, body),
        )
        if state != "approved":
            change.review_comments += 1
            path = change.head.paths[0] if change.head.paths else "README.md"
            text = self.forge.review_comment(
                self._snapshot(change), next(self.identities), identity, self.now, reviewer, path
            )
            self.emit("pull_request_review_comment", text)

    def _push_more(self, change: Change) -> None:
        """Answer a review by a commit, by amending the last, by a rebase, or by merging the default branch."""
        before, fate = change.head.sha, self.random.random()
        plain = (
            change.kind == "feature"
            and before == change.all_shas[-1]
            and len(change.all_shas) == len(change.commits)
        )
        moved = change.line.tip is not change.base
        forced = False
        if plain and fate < 0.1 and len(change.commits) > 1:
            old, forced = change.commits.pop(), True
            pushed = [
                self._add_commit(
                    change, old.edits, old.message, old.authored, self.now - 30, old.author
                )
            ]
        elif plain and fate < 0.25 and moved:
            olds, forced = change.commits, True
            change.base, change.tree, change.commits = change.line.tip, change.line.tree.copy(), []
            change.base_position = len(change.line.tips) - 1
            pushed = [
                self._add_commit(change, c.edits, c.message, c.authored, self.now - 30, c.author)
                for c in olds
            ]
        elif plain and fate < 0.4 and moved and self.plan.merge != "rebase":
            self._update_branch(change)
            return
        else:
            at = self.now - 60
            edits = tuple(self._edit(path) for path in change.commits[0].paths[:1])
            message = f"{change.title} (review {len(change.commits)})"
            pushed = [self._add_commit(change, edits, message, at, at, change.author)]
        self._push_branch(
            change, before, [(commit, True) for commit in pushed], change.author, forced
        )
        self._synchronize(change, before)

    def _update_branch(self, change: Change) -> None:
        """Merge the default branch into the request's: the push lists commits that are other people's work."""
        before, line = change.head, change.line
        tree = line.tree.copy()
        edits = tuple(edit for commit in change.commits for edit in commit.edits)
        message = f"Merge branch '{line.branch}' into {change.branch}"
        by = change.author
        commit = self.git.commit(
            (before, line.tip), tree, edits, message, by, self.now, by, self.now, whole=True
        )
        foreign = [c for brought in line.brought[change.base_position + 1 :] for c in brought]
        change.tree, change.base_position = tree, len(line.tips) - 1
        # what the merge repeats is in the other commits already
        commit.edits = ()
        change.commits.append(commit)
        change.all_shas.append(commit.sha)
        self._push_branch(change, before.sha, [*((c, False) for c in foreign), (commit, True)], by)
        self._synchronize(change, before.sha)

    def _synchronize(self, change: Change, before: str) -> None:
        self._pull_request(
            "synchronize", change, change.author, before=before, after=change.head.sha
        )

    def _stack(self, parent: Change) -> None:
        """A request into this request's branch: it is part of this one, no change of its own."""
        service = self.services[self._touched(parent.commits)[0]]
        self._begin(service, parent.line, "feature", parent=parent)

    def _merge_into_parent(self, change: Change) -> None:
        parent = change.parent
        if parent is None or parent.merged is not None or parent.closed is not None:
            return
        before = parent.head.sha
        added = []
        if self.plan.merge == "rebase":
            added = [
                self._add_commit(parent, c.edits, c.message, c.authored, self.now, c.author)
                for c in change.commits
            ]
        else:
            edits = tuple(edit for commit in change.commits for edit in commit.edits)
            message = f"{change.title} ({self.forge.mention(change.number or 0)})"
            added = [self._add_commit(parent, edits, message, self.now, self.now, change.author)]
        change.merged, change.merge_sha, change.merged_by = self.now, parent.head.sha, change.author
        self.open_branches.pop(change.branch, None)
        self._pull_request("closed", change, change.author)
        self._push_branch(parent, before, [(commit, True) for commit in added], change.author)
        self._synchronize(parent, before)

    def _finish(self, change: Change) -> None:
        """Merge the request, or give it up."""
        sender = (
            change.author if change.author.type == "User" else self.random.choice(self.people())
        )
        if change.kind == "feature" and not change.reopened and self.chance(0.02):
            change.closed, change.reopened = self.now, True
            self._pull_request("closed", change, sender)
            self.at(self.now + self.minutes(5, 60), lambda: self._reopen_request(change, sender))
            return
        self.open_branches.pop(change.branch, None)
        if change.kind in ("feature", "bot") and self.chance(0.04):
            change.closed = self.now
            self._pull_request("closed", change, sender)
            return
        line, before = change.line, change.line.tip
        edits = tuple(edit for commit in change.commits for edit in commit.edits)
        pushed: list[tuple[Commit, bool]] = []
        tree = line.tree
        if self.plan.merge == "squash":
            detail = change.commits[0].message.partition("\n")[2]
            if len(change.commits) > 1:
                detail = "\n" + "\n\n".join(f"* {commit.message}" for commit in change.commits)
            text = f"{change.title} ({self.forge.mention(change.number or 0)})" + (
                f"\n{detail}" if detail else ""
            )
            tip = self.git.commit(
                (before,), tree, edits, text, change.author, self.now, FORGE, self.now
            )
            landed, pushed = [tip], [(tip, True)]
        elif self.plan.merge == "merge":
            text = self.forge.merge_message(change.number or 0, change.branch, change.title)
            tip = self.git.commit(
                (before, change.head), tree, edits, text, sender, self.now, self.forge.committer(sender), self.now
            )  # fmt: skip
            landed = change.commits
            pushed = [(commit, False) for commit in change.commits] + [(tip, True)]
        else:
            landed, tip = [], before
            for old in change.commits:
                tip = self.git.commit(
                    (tip,), tree, old.edits, old.message, old.author, old.authored, sender, self.now
                )
                landed.append(tip)
            pushed = [(commit, True) for commit in landed]
        change.merged, change.merge_sha, change.merged_by = self.now, tip.sha, sender
        change.orphan = self.chance(0.01)
        self._land(change, landed, tip)
        self._pull_request("closed", change, sender)
        self._push_line(line, before, pushed, sender)
        if self.chance(0.3):
            self.at(self.now + 90, lambda: self._delete_branch(change, sender))
        if change.fixes is not None:
            self._close_incident(change.fixes, sender)
        if change.closes is not None:
            self._close_issue(change.closes, sender, "completed")
        if change.on_merge is not None:
            change.on_merge()
        elif (
            line is self.lines[0]
            and len(self.lines) > 1
            and change.kind == "feature"
            and self.chance(0.2)
        ):
            picked = landed[0]
            service = next(iter(self.services.values()))
            self.at(
                self.later(self.now, 20),
                lambda: self._begin(service, self.lines[1], "backport", picked=picked),
            )

    def _land(self, change: Change, commits: list[Commit], tip: Commit) -> None:
        """Put a merged change in the queue of each service that it touches."""
        line = change.line
        line.tip = tip
        line.tips.append(tip)
        line.brought.append(list(dict.fromkeys([*(c for c in commits if not c.is_merge), tip])))
        position = len(line.tips) - 1
        change.services = self._touched(commits)
        if change.opened is None:
            self.changes.append(change)
        for key in change.services:
            self._wait(line, Item(position, key, self.team(), change=change))
        for commit in commits:
            for key in self._touched([commit]):
                self._wait(line, Item(position, key, self.team(commit.committed), commit=commit))

    def _wait(self, line: Line, item: Item) -> None:
        line.waiting[item.service].append(item)
        self.items.append(item)

    def _push_line(
        self, line: Line, before: Commit, commits: list[tuple[Commit, bool]], sender: Person
    ) -> None:
        body = self.forge.push(
            f"refs/heads/{line.branch}",
            before.sha,
            line.tip.sha,
            commits,
            line.tip,
            self.now,
            sender,
        )
        self.emit("push", body)
        self._ci(line.branch, line.tip, sender, "push")

    def _run(
        self, name: str, commit: Commit, branch: str, actor: Person, trigger: str
    ) -> dict[str, Any]:
        self.runs[name] = self.runs.get(name, 0) + 1
        return {
            "id": next(self.identities), "name": name, "branch": branch, "commit": commit, "actor": actor,
            "event": trigger,
            "path": f".github/workflows/{name.lower()}.yml", "workflow_id": self.plan.id * 10 + len(name), "attempt": 1,
            "title": commit.message.splitlines()[0], "run_number": self.runs[name], "status": "queued",
            "conclusion": None,
            "created_at": self.now, "started_at": self.now, "updated_at": self.now,
        }  # fmt: skip

    def _build(self, name: str, commit: Commit, branch: str) -> dict[str, Any]:
        """A build that begins to wait for its turn."""
        self.runs[name] = self.runs.get(name, 0) + 1
        return {
            "name": name, "number": self.runs[name], "queue_id": next(self.identities), "commit": commit,
            "branch": branch, "started": self.now + 20,
        }  # fmt: skip

    def _notify(self, build: dict[str, Any], phase: str, result: str | None = None) -> None:
        body = jenkins.notification(self.plan, build, phase, self.now, result)
        self.emit(f"build.{phase}", body, "jenkins")

    def _ci(self, branch: str, commit: Commit, actor: Person, trigger: str) -> None:
        if self.plan.deploy == "build":
            build = self._build("build", commit, branch)
            result = "FAILURE" if self.chance(0.08) else "SUCCESS"
            at = self.now + self.minutes(2, 12)
            self.at(at, lambda: self._notify(build, "COMPLETED", result))
            return
        run = self._run("CI", commit, branch, actor, trigger)

        def done() -> None:
            red = self.chance(0.08)
            run.update(
                status="completed", conclusion="failure" if red else "success", updated_at=self.now
            )
            self.emit("workflow_run", self.forge.workflow_run("completed", run, self.now))

        self.at(self.now + self.minutes(2, 12), done)
