"""Processes of `engops` that are killed: each in a group of its own, with what it was doing at that moment."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import requests

from tests.conftest import PROJECT, Place
from tests.torture.senders import SECRET

STEP_SECONDS = 3_600
START_SECONDS = 600
BEFORE = "before its first step"
# How long a command works, before it has been measured here.
LENGTHS = {"load": 1.5, "build": 20.0, "publish": 0.7, "report": 30.0}
# The share of kills that come before a command's first step.
EARLY = 0.1


class Ended(NamedTuple):
    """How a process ended: its exit code (negative: the signal), how long it lived, and what it was doing at last."""

    code: int
    seconds: float
    phase: str
    output: str

    @property
    def was_killed(self) -> bool:
        """Whether SIGKILL ended it."""
        return self.code == -signal.SIGKILL


@dataclass
class Engops:
    """One installation whose commands are run here."""

    place: Place
    seeds: Path
    # How long each command works when nothing disturbs it, from its first step on.
    lengths: dict[str, float] = field(default_factory=lambda: dict(LENGTHS))
    # By how many seconds the clock of the next process is set back.
    clock: Callable[[], float] = lambda: 0.0

    def start(self, *arguments: str, point: str = "") -> "Process":
        """Begin a command."""
        folder = self.place.folder / "processes"
        folder.mkdir(parents=True, exist_ok=True)
        self.place.data.mkdir(parents=True, exist_ok=True)
        trace, output = folder / f"{arguments[0]}.trace", folder / f"{arguments[0]}.output"
        trace.write_text("")
        environment = os.environ | self.place.environment
        environment |= {
            "ENGOPS_SEEDS": str(self.seeds),
            "ENGOPS__SALT": "the same each time",
            "SOURCES__GITHUB__WEBHOOK_SECRET": SECRET,
            "PYTHONPATH": str(PROJECT),
            "PYTHONUNBUFFERED": "1",
            "TORTURE_TRACE": str(trace),
            "TORTURE_POINT": point,
            "TORTURE_CLOCK": str(self.clock()),
        }
        with output.open("wb") as out:
            popen = subprocess.Popen(
                [sys.executable, "-m", "tests.torture.launch", *arguments],
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Process(popen, trace, output)

    def finish(self, *arguments: str) -> Ended:
        """Run a command to its end, which must be a good one."""
        process = self.start(*arguments)
        began = process.working()
        ended = process.wait()
        if ended.code != 0:
            raise AssertionError(
                f"engops {' '.join(arguments)} ended with {ended.code}:\n{ended.output}"
            )
        self.lengths[arguments[0]] = time.monotonic() - began
        return ended

    def kill(self, *arguments: str, dice: random.Random) -> Ended:
        """Run a command and kill it at a random moment of its work; now and then before it begins."""
        process = self.start(*arguments)
        if dice.random() < EARLY:
            time.sleep(dice.uniform(0, 1))
            return process.kill()
        began = process.working()
        process.wait_at_most(dice.uniform(0, self.lengths[arguments[0]]))
        if process.popen.poll() == 0:  # the machine is faster than when it was measured
            self.lengths[arguments[0]] = time.monotonic() - began
        return process.kill()


@dataclass
class Process:
    """A command that runs."""

    popen: subprocess.Popen[bytes]
    trace: Path
    output: Path
    began: float = field(default_factory=time.monotonic)

    @property
    def phase(self) -> str:
        """What it is doing: the step that began last, for a build the layer too."""
        steps = self.trace.read_text().splitlines()
        phase = steps[-1] if steps else BEFORE
        if phase == "building":
            told = [
                line for line in self.output.read_text().splitlines() if line.startswith("build: ")
            ]
            layer = told[-1].rpartition("(")[2].rstrip(")") if told else "parsing"
            phase = f"building {layer}"
        return phase

    def working(self) -> float:
        """Return when it has begun its first step, or ended; the moment."""
        while not self.trace.stat().st_size and self.popen.poll() is None:
            time.sleep(0.005)
        return time.monotonic()

    def wait_at_most(self, seconds: float) -> None:
        """Return after some seconds, or when it has ended."""
        try:
            self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return

    def kill(self) -> Ended:
        """Kill it and all that it has started."""
        phase = self.phase
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        return self.wait()._replace(phase=phase)

    def wait(self) -> Ended:
        """Return when it has ended; it is killed after a long time, and that is an error."""
        try:
            code = self.popen.wait(STEP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.popen.pid, signal.SIGKILL)
            raise
        return Ended(
            code, time.monotonic() - self.began, self.phase, self.output.read_text(errors="replace")
        )


class Receiver:
    """`engops serve`, which is started again after each kill, on the same port."""

    def __init__(self, engops: Engops) -> None:
        self.engops = engops
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.process: Process | None = None

    @property
    def address(self) -> str:
        """Where deliveries go."""
        return f"http://127.0.0.1:{self.port}/webhooks/github"

    def start(self, point: str = "") -> Process:
        """Start it, and do not wait."""
        self.process = self.engops.start("serve", "github", "--port", str(self.port), point=point)
        return self.process

    def ready(self) -> None:
        """Return when it answers."""
        assert self.process
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                requests.get(f"http://127.0.0.1:{self.port}/health", timeout=1).raise_for_status()
                return
            except requests.RequestException:
                time.sleep(0.02)
            if time.monotonic() > until or self.process.popen.poll() is not None:
                raise AssertionError(
                    f"the receiver does not answer:\n{self.process.output.read_text()}"
                )

    def kill(self) -> Ended:
        """Kill it."""
        assert self.process
        return self.process.kill()
