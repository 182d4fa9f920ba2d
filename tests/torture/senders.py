"""Those who deliver: threads that sign and send as GitHub does, and send again what was not acknowledged."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

import requests

from pipelines import demo
from tests.signing import signed

SECRET = "torture"
ACCEPTED = "202"
AGAIN_SECONDS = 0.05
# The share of acknowledged deliveries that their sender delivers once more all the same.
REPEATED = 0.1


class Delivery(NamedTuple):
    """What GitHub sends: the delivery's id, its event, the body's text."""

    key: str
    event: str
    body: str


def world(folder: Path, weeks: int, services: int, seed: int) -> list[Delivery]:
    """The deliveries of a made-up organisation in any order, one a delivery id; its seeds lie in `folder / "seeds"`."""
    demo.generate(folder, weeks=weeks, services=services, slim=True)
    found = {}
    for file in sorted((folder / "github").glob("*.jsonl")):
        for line in file.read_text().splitlines():
            sent = json.loads(line)
            key = sent["headers"]["X-GitHub-Delivery"]
            found[key] = Delivery(key, sent["headers"]["X-GitHub-Event"], sent["body"])
    deliveries = list(found.values())
    random.Random(seed).shuffle(deliveries)
    return deliveries


class Senders:
    """Several senders of one address. `acknowledged` counts the 202s by delivery; nothing else acknowledges."""

    def __init__(self, address: str, threads: int, seed: int) -> None:
        self.address = address
        self.acknowledged: Counter[str] = Counter()
        self.attempts = 0
        self.refused: Counter[str] = Counter()
        self.in_flight = 0
        self.waiting: SimpleQueue[Delivery | None] = SimpleQueue()
        self.open = 0
        self.lock = threading.Lock()
        self.dice = random.Random(seed)
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def send(self, deliveries: Iterable[Delivery]) -> None:
        """Begin to deliver these, some of them twice."""
        for delivery in deliveries:
            for _ in range(1 + (self.dice.random() < REPEATED)):
                with self.lock:
                    self.open += 1
                self.waiting.put(delivery)

    def wait(self, seconds: float) -> None:
        """Return when everything is acknowledged; `TimeoutError` after so many seconds."""
        until = time.monotonic() + seconds
        while self.open:
            if time.monotonic() > until:
                raise TimeoutError(
                    f"{self.open} deliveries are not acknowledged: {dict(self.refused)}"
                )
            time.sleep(0.01)

    def close(self) -> None:
        """End all threads."""
        for _ in self.threads:
            self.waiting.put(None)
        for thread in self.threads:
            thread.join()

    def _run(self) -> None:
        with requests.Session() as session:
            while delivery := self.waiting.get():
                while not self._deliver(session, delivery):
                    time.sleep(AGAIN_SECONDS)
                with self.lock:
                    self.open -= 1

    def _deliver(self, session: requests.Session, delivery: Delivery) -> bool:
        """One attempt; true where it was acknowledged."""
        body = delivery.body.encode()
        headers = signed("github", SECRET, body, key=delivery.key) | {
            "x-github-event": delivery.event
        }
        with self.lock:
            self.attempts += 1
            self.in_flight += 1
        try:
            answer = str(
                session.post(self.address, data=body, headers=headers, timeout=10).status_code
            )
        except requests.RequestException as error:
            answer = type(error).__name__
        with self.lock:
            self.in_flight -= 1
            if answer == ACCEPTED:
                self.acknowledged[delivery.key] += 1
            else:
                self.refused[answer] += 1
        return answer == ACCEPTED
