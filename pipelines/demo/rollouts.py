"""Roll-outs of the demo, in each of the ways that its teams have."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pipelines.demo import jenkins
from pipelines.demo.changes import Changes
from pipelines.demo.history import NO_SHA, Person
from pipelines.demo.model import Deployment, Line, Unit
from pipelines.demo.organisation import ACTIONS
from pipelines.demo.stage import MINUTE


class RollOuts(Changes):
    """Plays roll-outs; what a roll-out brings it takes from the queue of what was merged."""

    def _tick(self, unit: Unit) -> None:
        """Roll out what waits, if anything does, and come back later."""
        faster = max(1.0, self.scale) ** 0.5
        self.at(
            self.later(self.now, self.blend(self.plan.pace.deploy_every) / faster, 0.3),
            lambda: self._tick(unit),
        )
        quiet = self.plan.quiet
        if unit.busy or unit.frozen or (quiet and quiet[0] <= self.progress < quiet[1]):
            return
        line = self.lines[0]
        if len(self.lines) > 1 and self._waits(unit, self.lines[1]) and self.chance(0.6):
            line = self.lines[1]
        if self._waits(unit, line):
            self._roll_out(unit, line, len(line.tips) - 1, "normal")
        elif unit.live is not None and self.plan.can_repeat and self.chance(0.05):
            self._roll_out(unit, unit.live[0], unit.live[1], "again")

    def _waits(self, unit: Unit, line: Line) -> bool:
        return any(line.waiting[service.key] for service in unit.services)

    def _beat(self, unit: Unit, kinds: tuple[str, ...]) -> str | None:
        """The next thing that the story has in store, if it is time and of these kinds."""
        for beat in unit.beats:
            if beat[0] <= self.now and beat[1] in kinds:
                unit.beats.remove(beat)
                return beat[1]
        return None

    def _roll_out(
        self, unit: Unit, line: Line, position: int, why: str, done: Callable[[Deployment], None] | None = None,
        retry: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Start a roll-out of a position of a line; `why` is normal, again, retry, fix or rollback."""
        unit.busy = True
        commit = line.tips[position]
        by = self.random.choice(self.people())
        first = not unit.done
        fate = "success"
        if why == "normal" and not first and self.plan.can_repeat:
            beat = self._beat(unit, ("failed", "open_failed"))
            if beat:
                fate = beat
            elif self.chance(self.blend(self.plan.pace.failed)):
                fate = "failed"
            elif self.chance(0.03):
                fate = "cancelled"
        if retry is None and why in ("again", "rollback") and self.chance(0.5):
            retry = self._earlier_run(unit, line, position)
        deployment = Deployment(
            "", "", unit, line, position, commit, self.now, self.now, why, raw={"by": by}
        )

        def finish() -> None:
            self._finished(deployment, fate, done)

        {
            "api": self._by_api, "run": self._by_run, "job": self._by_job, "tag": self._by_tag,
            "release": self._by_release, "build": self._by_build,
        }[self.plan.deploy](deployment, fate, finish, retry)  # fmt: skip

    def _name(self, deployment: Deployment, kind: str, identity: int | str, path: str) -> None:
        deployment.id = f"{self.forge.source}:{kind}:{identity}"
        deployment.url = f"{self.forge.url}/{path}"

    def _by_api(
        self,
        deployment: Deployment,
        fate: str,
        finish: Callable[[], None],
        retry: dict[str, Any] | None,
    ) -> None:
        run, sender = next(self.identities), ACTIONS
        start = self.now
        regions = [f"production-{region}" for region in self.plan.regions] or ["production"]
        # where services of a repository go out one by one, their environments have names of their own
        services = deployment.unit.services
        if len(services) < len(self.plan.services):
            regions = [f"production/{service.key}" for service in services]
        if retry is None and deployment.why in ("normal", "fix"):
            staging = regions[0].replace("production", "staging").partition("-")[0]
            self._api_one(deployment, staging, run, sender, self.now, self.now + 240, "success")
            start = self.now + 360 + self.minutes(2, 8)
        last = start
        broken = self.random.randrange(len(regions))
        for number, environment in enumerate(regions):
            begin = start + 90 * number
            end = begin + self.minutes(3, 9)
            last = max(last, end)
            state = "success"
            if fate in ("failed", "open_failed") and number >= broken:
                state = "error" if self.chance(0.2) else "failure"
            elif fate == "cancelled":
                state = "inactive"
            raw = self._api_one(deployment, environment, run, sender, begin, end, state)
            if number == 0:
                self._name(deployment, "deployment", raw["id"], f"deployments/{raw['id']}")
                deployment.raw |= {"deployment_id": raw["id"], "run_id": run}
        deployment.created = start
        deployment.started = start + 15
        # staging may be taken back in the meantime, but this one is over when its last region is
        self.at(last, finish)

    def _api_one(
        self, deployment: Deployment, environment: str, run: int, sender: Person, begin: int, end: int, state: str
    ) -> dict[str, Any]:  # fmt: skip
        """One deployment object and its statuses, up to the one that a successor makes inactive."""
        unit = deployment.unit
        raw: dict[str, Any] = {
            "id": next(self.identities), "environment": environment, "sha": deployment.commit.sha,
            "ref": deployment.line.branch,
            "creator": sender, "created_at": begin, "updated_at": begin, "run_id": run,
        }  # fmt: skip

        def status(name: str, of: dict[str, Any] = raw) -> None:
            of["updated_at"] = self.now
            self.emit(
                "deployment_status",
                self.forge.deployment_status(of, next(self.identities), name, self.now),
            )

        self.at(begin, lambda: self.emit("deployment", self.forge.deployment(raw, self.now)))
        self.at(begin + 15, lambda: status("in_progress"))

        def over() -> None:
            status(state)
            if state == "success":
                before = unit.active.get(environment)
                unit.active[environment] = raw
                if before is not None and before is not raw:
                    self.at(self.now + 5, lambda: status("inactive", before))

        self.at(end, over)
        return raw

    def _by_run(
        self,
        deployment: Deployment,
        fate: str,
        finish: Callable[[], None],
        retry: dict[str, Any] | None,
    ) -> None:
        trigger = "push" if deployment.why == "normal" else "workflow_dispatch"
        run = self._again(retry) or self._run(
            "Deploy", deployment.commit, deployment.line.branch, deployment.raw["by"], trigger
        )
        deployment.raw["run"] = run
        self._name(deployment, "run", f"{run['id']}:{run['attempt']}", f"actions/runs/{run['id']}")
        deployment.created, deployment.started = run["created_at"], run["started_at"]
        conclusion = {"success": "success", "cancelled": "cancelled"}.get(fate, "failure")
        self._workflow_run("requested", run)
        self.at(self.now + 10, lambda: self._workflow_run("in_progress", run, status="in_progress"))

        def over() -> None:
            self._workflow_run("completed", run, status="completed", conclusion=conclusion)
            finish()

        self.at(self.now + self.minutes(3, 15), over)

    def _earlier_run(self, unit: Unit, line: Line, position: int) -> dict[str, Any] | None:
        """The run that rolled the same out before, to be run again: how many a roll-back is made."""
        for done in reversed(unit.done):
            if done.success and done.line is line and done.position == position:
                return done.raw.get("run")
        return None

    def _again(self, retry: dict[str, Any] | None) -> dict[str, Any] | None:
        """The next attempt of a run: the same id and creation time, a new start."""
        if retry is None:
            return None
        attempt = self.attempts.get(retry["id"], 1) + 1
        self.attempts[retry["id"]] = attempt
        return retry | {
            "attempt": attempt, "status": "queued", "conclusion": None, "started_at": self.now,
            "updated_at": self.now,
        }  # fmt: skip

    def _workflow_run(self, action: str, run: dict[str, Any], **more: Any) -> None:
        run.update(more, updated_at=self.now)
        self.emit("workflow_run", self.forge.workflow_run(action, run, self.now))

    def _by_job(
        self,
        deployment: Deployment,
        fate: str,
        finish: Callable[[], None],
        retry: dict[str, Any] | None,
    ) -> None:
        trigger = "push" if deployment.why == "normal" else "workflow_dispatch"
        run = self._again(retry) or self._run(
            "CD", deployment.commit, deployment.line.branch, deployment.raw["by"], trigger
        )
        deployment.raw["run"] = run
        conclusion = {"success": "success", "cancelled": "cancelled"}.get(fate, "failure")
        self._workflow_run("requested", run)
        self.at(
            self.now + 200,
            lambda: self._job(run, self._new_job("build", self.now - 190), "success"),
        )
        name = "deploy / production"
        others = ["deploy / staging"]
        if len(self.plan.services) > 1:
            name = f"deploy ({deployment.unit.services[0].key})"
            others = [f"deploy ({key})" for key in self.services if f"deploy ({key})" != name]
        staging = len(self.plan.services) == 1
        for other in others:
            self.at(
                self.now + 380,
                partial(self._side_job, run, other, "success" if staging else "skipped"),
            )

        def begin() -> None:
            job = self._new_job(name, self.now)
            job["started_at"] = self.now + 10
            self._name(deployment, "job", job["id"], f"actions/runs/{run['id']}/job/{job['id']}")
            deployment.created, deployment.started = job["created_at"], job["started_at"]
            self.emit("workflow_job", self.forge.workflow_job("queued", run, job, self.now))

            def over() -> None:
                self._job(run, job, conclusion)
                finish()
                self.at(self.now + 3 * MINUTE, smoke)

            self.at(self.now + self.minutes(2, 10), over)

        def smoke() -> None:
            self._job(
                run,
                self._new_job("smoke test", self.now - 150),
                "success" if fate == "success" else "skipped",
            )
            self._workflow_run("completed", run, status="completed", conclusion=conclusion)

        self.at(self.now + 400, begin)

    def _side_job(self, run: dict[str, Any], name: str, conclusion: str) -> None:
        self._job(run, self._new_job(name, self.now - 170), conclusion)

    def _new_job(self, name: str, at: int) -> dict[str, Any]:
        return {
            "id": next(self.identities), "name": name, "status": "queued", "conclusion": None, "created_at": at,
            "started_at": at, "completed_at": None,
        }  # fmt: skip

    def _job(self, run: dict[str, Any], job: dict[str, Any], conclusion: str) -> None:
        job |= {"status": "completed", "conclusion": conclusion, "completed_at": self.now}
        self.emit("workflow_job", self.forge.workflow_job("completed", run, job, self.now))

    def _by_build(
        self,
        deployment: Deployment,
        fate: str,
        finish: Callable[[], None],
        retry: dict[str, Any] | None,
    ) -> None:
        build = self._build("deploy", deployment.commit, deployment.line.branch)
        result = {"success": "SUCCESS", "cancelled": "ABORTED"}.get(fate, "FAILURE")
        deployment.id, deployment.url = jenkins.key(build), jenkins.url(self.plan, build)
        deployment.created, deployment.started = self.now, build["started"]
        self._notify(build, "QUEUED")
        self.at(build["started"], lambda: self._notify(build, "STARTED"))

        def over() -> None:
            self._notify(build, "COMPLETED", result)
            finish()
            self.at(self.now + 20, lambda: self._notify(build, "FINALIZED", result))

        self.at(self.now + self.minutes(3, 10), over)

    def _by_tag(
        self,
        deployment: Deployment,
        fate: str,
        finish: Callable[[], None],
        retry: dict[str, Any] | None,
    ) -> None:
        versions = self.versions
        if deployment.line.name:
            versions["old_patch"] += 1
            name = f"v1.{versions['old']}.{versions['old_patch']}"
        elif deployment.why in ("normal", "again"):
            versions["minor"], versions["patch"] = versions["minor"] + 1, 0
            name = f"v{versions['major']}.{versions['minor']}.0"
        else:
            versions["patch"] += 1
            name = f"v{versions['major']}.{versions['minor']}.{versions['patch']}"
        if deployment.why == "normal" and self.chance(0.2):
            self._tag(deployment, f"{name}-rc.1", self.now - 2 * MINUTE, annotated=True)
        self._tag(deployment, name, self.now, annotated=True)
        deployment.tag = name
        self._name(deployment, "tag", name, f"releases/tag/{name}")
        deployment.id = f"git:{self.plan.key}:tag:{name}"
        finish()

    def _tag(self, deployment: Deployment, name: str, at: int, annotated: bool) -> None:
        by = deployment.raw["by"]
        sha = self.git.tag(name, deployment.commit, by if annotated else None, at)
        base = f"refs/heads/{deployment.line.branch}"
        self.emit("create", self.forge.create_tag(name, at, by))
        self.emit(
            "push",
            self.forge.push(
                f"refs/tags/{name}", NO_SHA, sha, [], deployment.commit, at, by, base=base
            ),
        )

    def _by_release(
        self,
        deployment: Deployment,
        fate: str,
        finish: Callable[[], None],
        retry: dict[str, Any] | None,
    ) -> None:
        self.versions["minor"] += 1
        name = f"2026.{self.versions['minor']}"
        if deployment.why == "normal" and self.chance(0.2):
            self._release(deployment, f"{name}-beta", prerelease=True)
        identity = self._release(deployment, name, prerelease=False)
        deployment.tag = name
        self._name(deployment, "release", identity, f"releases/tag/{name}")
        finish()

    def _release(self, deployment: Deployment, name: str, prerelease: bool) -> int:
        self._tag(deployment, name, self.now, annotated=False)
        identity = next(self.identities)
        release = {
            "id": identity, "tag_name": name, "prerelease": prerelease,
            "created_at": deployment.commit.committed, "published_at": self.now,
        }  # fmt: skip
        for action in ("published", "prereleased" if prerelease else "released"):
            self.emit(
                "release", self.forge.release(action, release, self.now, deployment.raw["by"])
            )
        return identity

    def _finished(
        self, deployment: Deployment, fate: str, done: Callable[[Deployment], None] | None
    ) -> None:
        """Write down a roll-out's end, and let trouble begin where there is any."""
        unit = deployment.unit
        unit.busy = False
        if fate == "cancelled":
            return
        deployment.finished = unit.last_finish = self.now
        unit.done.append(deployment)
        if fate != "success":
            for service in unit.services:
                deployment.evidence.setdefault(service.key, set()).add("failed_rollout")
            unit.unrestored.append(deployment)
            unit.frozen = True
            if fate == "failed":
                self.at(self.now + self.minutes(12, 90), lambda: self._retry(deployment))
            return
        deployment.success = True
        for broken in unit.unrestored:
            broken.restored = {service.key: self.now for service in unit.services}
        unit.unrestored.clear()
        succeeded = [one for one in unit.done if one.success]
        before = unit.live
        for service in unit.services:
            if len(succeeded) == 1:
                deployment.first.add(service.key)
            self._carry(deployment, service.key)
        unit.live = (deployment.line, deployment.position)
        if deployment.why == "rollback":
            for service in unit.services:
                deployment.rework.setdefault(service.key, set()).add("rollback")
        if done is not None:
            done(deployment)
        elif deployment.why == "retry":
            unit.frozen = False
        if deployment.why == "normal" and len(succeeded) > 1:
            self._maybe_trouble(deployment, before)

    def _maybe_trouble(self, deployment: Deployment, before: tuple[Line, int] | None) -> None:
        """What may go wrong after a roll-out; `before` is what was live until then."""
        raise NotImplementedError

    def _carry(self, deployment: Deployment, key: str) -> None:
        """Take from the queue what this roll-out is the first to bring."""
        queue = deployment.line.waiting[key]
        brought = [item for item in queue if item.position <= deployment.position]
        deployment.line.waiting[key] = [
            item for item in queue if item.position > deployment.position
        ]
        deployment.brought[key] = brought
        for item in brought:
            item.deployment = deployment
            change = item.change
            if change is None:
                continue
            reasons = deployment.rework.setdefault(key, set())
            if change.kind == "hotfix":
                reasons.add("hotfix")
            if change.reverts:
                reasons.add("revert")
            if change.fixes and self.is_issue:
                reasons.add("incident_fix")

    def _retry(self, failed: Deployment) -> None:
        self._roll_out(
            failed.unit, failed.line, failed.position, "retry", retry=failed.raw.get("run")
        )
