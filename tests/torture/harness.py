"""Kills at random moments: a schedule of victims, what each was doing, and what is left in the end."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.webhooks import segments
from tests.conftest import Place
from tests.torture import checks
from tests.torture.points import Point
from tests.torture.processes import BEFORE, Engops, Receiver
from tests.torture.senders import Senders, world

# Of each ten kills, how many hit whom.
SHARES = {"serve": 4, "load": 3, "build": 2, "publish": 1}
# A whole build stands between so many kills at most, since only what was built is published.
BLOCK = 40
SENDERS = 8
WAIT_SECONDS = 600
# The share of killed loads that run again to the end, before the next kill; of receivers that are killed as they start.
FINISHED = 0.5
EARLY = 0.15
# The share of receivers whose last segment is torn once they are killed, and with what.
TORN = 0.2
TAILS = (b'{"crc":"00000000","received_at":"2026-', b'{"crc":"0', bytes(512), b"\n\xff\xfe")
# Seconds by which the clock of a process is behind: mostly none, else an hour or three days.
BEHIND = (0.0, 0.0, 0.0, 3_600.0, 259_200.0)
ARGUMENTS = {"load": ("load", "webhooks")} | {
    name: (name,) for name in ("build", "publish", "report")
}


@dataclass
class Result:
    """What the kills have shown: whom they hit and where, and what was found afterwards."""

    points: Counter[tuple[str, str]] = field(default_factory=Counter)
    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    in_flight: int = 0
    torn: int = 0
    behind: int = 0
    acknowledged: int = 0
    attempts: int = 0
    lost: list[str] = field(default_factory=list)
    twice_landed: list[str] = field(default_factory=list)
    twice_staged: list[str] = field(default_factory=list)
    left_in_spool: int = 0
    differing: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    opened: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def check(self) -> None:
        """Raise where anything was lost, doubled, different or unreadable."""
        assert not self.lost, f"acknowledged and lost: {self.lost[:5]}"
        assert not self.twice_landed, f"twice in raw tables: {self.twice_landed[:5]}"
        assert not self.twice_staged, f"twice in staging: {self.twice_staged[:5]}"
        assert not self.left_in_spool, f"{self.left_in_spool} bytes are left in the spool"
        assert not self.differing, f"marts differ: {self.differing}"
        assert not self.faults, f"the published file: {self.faults[:5]}"

    def lines(self) -> Iterator[tuple[str, ...]]:
        """The summary: a line each for whom, while, and how often; then the rest."""
        for (victim, point), count in self.points.items():
            yield victim, point, f"{count}"
        yield "kills at points", "", f"{self.points.total()}"
        for (victim, phase), count in sorted(self.kills.items()):
            yield victim, phase, f"{count}"
        yield "kills at random", "", f"{self.kills.total()}"
        yield "", "of the receiver with deliveries in flight", f"{self.in_flight}"
        yield "", "of the receiver, its last segment torn afterwards, and told", f"{self.torn}"
        yield "processes", "with a clock that was set back", f"{self.behind}"
        yield "deliveries", "acknowledged", f"{self.acknowledged:,}"
        yield "", "attempts", f"{self.attempts:,}"
        yield "", "acknowledged and lost", f"{len(self.lost)}"
        yield "", "twice in raw tables", f"{len(self.twice_landed)}"
        yield "", "twice in staging", f"{len(self.twice_staged)}"
        yield "spool", "bytes left", f"{self.left_in_spool}"
        yield "marts", "that differ", f"{len(self.differing)}"
        yield "published file", "opened", f"{self.opened:,}"
        yield "", "not whole", f"{len(self.faults)}"
        yield "seconds", "", f"{self.seconds:,.0f}"


class Harness:
    """One installation under torture: points, then so many kills at random, then the checks."""

    def __init__(
        self,
        folder: Path,
        points: Sequence[Point],
        kills: int,
        seed: int,
        size: tuple[int, int] = (3, 3),
        tell: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        """`size`: weeks and services of the made-up organisation whose deliveries are sent."""
        self.folder = folder
        self.points = points
        self.count = kills
        self.seed = seed
        self.dice = random.Random(seed)
        self.tell = tell
        self.deliveries = world(folder / "generated", *size, seed)
        self.engops = Engops(
            Place(folder / "killed"), folder / "generated" / "seeds", clock=self.clock
        )
        self.receiver = Receiver(self.engops)
        self.unsent = list(self.deliveries)
        self.share = max(1, len(self.unsent) // (kills + len(points) + 1))
        self.result = Result()

    def run(self) -> Result:
        """All kills, then the checks."""
        began = time.monotonic()
        self.senders = Senders(self.receiver.address, SENDERS, self.seed)
        reader = checks.Reader(self.engops.place)
        self.receiver.start()
        self.receiver.ready()
        try:
            for point in self.points:
                if point.command not in ("publish", "report"):
                    self.hit(point)
            planned = list(blocks(self.count, self.dice))
            if len(planned) > 1:
                self.warm_up()
            for number, (victims, publishes) in enumerate(planned, 1):
                for victim in victims:
                    self.round(victim)
                if number == len(planned):
                    self.send(len(self.unsent))
                    self.senders.wait(WAIT_SECONDS)
                self.engops.finish("load", "webhooks")
                self.engops.finish("build")
                for _ in range(publishes):
                    self.kill("publish")
            for point in self.points:
                if point.command == "publish":
                    self.hit(point)
            self.engops.finish("publish")
            self.kill_reports()
            self.senders.wait(WAIT_SECONDS)
            self.senders.close()
        finally:
            self.receiver.kill()
        self.judge()
        reader.close()
        self.result.opened, self.result.faults = reader.opened, reader.faults
        self.result.seconds = time.monotonic() - began
        return self.result

    def warm_up(self) -> None:
        """Everything once, undisturbed: how long each command works says when to kill it."""
        self.send(len(self.unsent) // 10)
        self.senders.wait(WAIT_SECONDS)
        for name in ("load", "build", "publish"):
            self.engops.finish(*ARGUMENTS[name])
        told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.engops.lengths.items())
        self.tell(f"undisturbed: {told}")

    def clock(self) -> float:
        """How far the next process's clock is behind, in seconds."""
        back = self.dice.choice(BEHIND)
        self.result.behind += bool(back)
        return back

    def send(self, count: int) -> None:
        """Begin to send the next deliveries."""
        part, self.unsent = self.unsent[:count], self.unsent[count:]
        self.senders.send(part or self.dice.sample(self.deliveries, 5))

    def hit(self, point: Point) -> None:
        """Let a command kill itself at a point; where it does not come there, that is an error."""
        self.send(self.share)
        self.senders.wait(WAIT_SECONDS)
        # So that a receiver begins a segment, and a drain finds two of them.
        segments.seal(self.engops.place.data / "spool" / "github")
        if point.command == "serve":
            self.receiver.kill()
            process = self.receiver.start(point.name)
        else:
            process = self.engops.start(*ARGUMENTS[point.command], point=point.name)
        while point.command in ("serve", "load") and process.popen.poll() is None:
            self.send(1)
            process.wait_at_most(0.1)
        ended = process.wait()
        assert ended.phase == f"point: {point.name}", f"{point.name}: {ended}"
        self.result.points[point.command, point.name] += 1
        self.tell(f"{point.command}: {point.name}")
        if point.command == "serve":
            self.receiver.start()
            self.receiver.ready()

    def round(self, victim: str) -> None:
        """Something to do for everybody, then a kill, and now and then a run to the end."""
        self.send(self.share)
        if victim == "serve":
            self.kill_receiver()
            return
        self.kill(victim)
        if victim == "load" and self.dice.random() < FINISHED:
            self.engops.finish("load", "webhooks")

    def kill(self, victim: str) -> None:
        """Kill a command until it was hit while it lived."""
        while True:
            ended = self.engops.kill(*ARGUMENTS[victim], dice=self.dice)
            if ended.was_killed:
                break
            assert ended.code == 0, f"{victim} ended with {ended.code}:\n{ended.output}"
            self.send(self.share)
        self.killed(victim, ended.phase)

    def kill_receiver(self) -> None:
        """Kill the receiver while deliveries arrive, and start it again; now and then kill it while it starts."""
        until = time.monotonic() + 1
        while not self.senders.in_flight and time.monotonic() < until:
            time.sleep(0.0005)
        time.sleep(self.dice.uniform(0, 0.03))
        busy = self.senders.in_flight
        ended = self.receiver.kill()
        assert ended.was_killed, f"the receiver ended with {ended.code}:\n{ended.output}"
        self.result.in_flight += busy > 0 and ended.phase not in (BEFORE, "starting")
        self.killed("serve", ended.phase)
        if self.dice.random() < TORN:
            self.tear()
        self.receiver.start()
        if self.dice.random() < EARLY:
            time.sleep(self.dice.uniform(0, 3))
        else:
            self.receiver.ready()

    def kill_reports(self) -> None:
        """Kill reports at their points and while pages are rendered: after each, the former report is there, whole."""
        points = [point for point in self.points if point.command == "report"]
        if not points:
            return
        self.engops.finish("report")
        for point in points:
            self.hit(point)
            checks.whole_site(self.engops.place)
        self.kill("report")
        checks.whole_site(self.engops.place)
        self.engops.finish("report")
        checks.whole_site(self.engops.place)

    def tear(self) -> None:
        """Leave the last segment as a crash may leave it; the next start must say so."""
        receiving = self.engops.place.data / "spool" / "github" / segments.RECEIVING
        if not receiving.exists():
            return
        with receiving.open("ab") as file:
            file.write(self.dice.choice(TAILS))
        process = self.receiver.start()
        self.receiver.ready()
        told = process.output.read_text()
        assert "never acknowledged; moved to" in told, f"a torn segment is not told of:\n{told}"
        self.result.torn += 1
        self.receiver.kill()

    def killed(self, victim: str, phase: str) -> None:
        """Count a kill and tell of it."""
        self.result.kills[victim, phase] += 1
        self.tell(f"{self.result.kills.total()} of {self.count}: {victim}, {phase}")

    def judge(self) -> None:
        """Compare what there is with what was acknowledged, and with what nobody disturbed."""
        result = self.result
        place = self.engops.place
        self.engops.finish("load", "webhooks")  # deliveries that were repeated since the last one
        result.left_in_spool = checks.waiting(place)
        acknowledged = self.senders.acknowledged
        landed = checks.landed(place, self.deliveries)
        staged = checks.staged(place, self.deliveries)
        result.acknowledged, result.attempts = len(acknowledged), self.senders.attempts
        result.lost = sorted(key for key in acknowledged if not staged[key])
        result.twice_landed = sorted(key for key, count in landed.items() if count > 1)
        result.twice_staged = sorted(key for key, count in staged.items() if count > 1)
        expected = checks.undisturbed(self.engops, self.folder / "undisturbed", self.deliveries)
        result.differing = checks.differences(checks.contents(place), expected)


def blocks(kills: int, dice: random.Random) -> Iterator[tuple[list[str], int]]:
    """The victims in an order of chance, and how many publishes are killed after each block."""
    counts = {name: round(kills * share / 10) for name, share in SHARES.items()}
    counts["serve"] += kills - sum(counts.values())
    victims = [name for name, count in counts.items() if name != "publish" for _ in range(count)]
    dice.shuffle(victims)
    number = max(1, round(kills / BLOCK))
    for block in range(number):
        publishes = counts["publish"] * (block + 1) // number - counts["publish"] * block // number
        yield victims[block::number], publishes
