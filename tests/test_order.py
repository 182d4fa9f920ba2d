"""Order does not matter: deliveries in any order, repeated, split between loads, and between webhooks and the API.

Two properties. A small story with every kind of event is dealt delivery by delivery, down to its staging tables; the
demo organisation is dealt by a seed, down to every mart. Few examples here, many with HYPOTHESIS_PROFILE=torture.
"""

import itertools
import json
import os
import random
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines import demo, git, github, seeds
from tests import github_answers
from tests.conftest import Place
from tests.github_payloads import story
from tests.workshop import ABOUT_CHANNELS, Workshop

pytestmark = pytest.mark.slow

# What other layers read of GitHub's staging.
CONTRACT = [
    f"stg_github__{name}"
    for name in (
        *("repositories", "changes", "change_commits", "commits", "commit_parents", "commit_paths"),
        *("builds", "deployments", "reviews", "work_items", "work_item_transitions"),
    )
]
# The simplest example, which comes first, is no trivial one.
CHANNELS = ("api", "both", "webhook")
TORTURE = os.environ.get("HYPOTHESIS_PROFILE") == "torture"

Delivery = dict[str, Any]


def examples(few: int, many: int) -> settings:
    """The same few examples each time, or many new ones; only those are made smaller, for minutes at most."""
    return settings(
        max_examples=many if TORTURE else few,
        derandomize=not TORTURE,
        database=None,
        deadline=None,
        print_blob=True,
        phases=[Phase.generate, Phase.shrink] if TORTURE else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def workshop(place: Place, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """One for each property."""
    return Workshop(place, monkeypatch)


def deal(deliveries: list[Delivery], channels: list[str], folder: Path, **span: datetime) -> None:
    """Land deliveries, each as it came or as what the API lists instead, or both."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lines, items = [], []
    for delivery, channel in zip(deliveries, channels, strict=True):
        body = delivery["body"]
        body = json.loads(body) if isinstance(body, str) else body
        listed = github_answers.answers(delivery["headers"]["X-GitHub-Event"], body)
        if channel != "webhook":
            items += listed
        if channel != "api" or not listed:
            lines.append(json.dumps(delivery))
    if lines or span:
        (folder / "deliveries.jsonl").write_text("\n".join(lines) + "\n")
        github.load_webhooks(folder, **span)
    github_answers.land(items)


def parts(order: list[int], cuts: Iterable[int]) -> list[list[int]]:
    """A list cut at some places."""
    places = [0, *sorted(cuts), len(order)]
    return [order[start:stop] for start, stop in itertools.pairwise(places)]


def test_a_story_in_any_order_gives_the_same_staging(workshop: Workshop) -> None:
    told: list[Delivery] = story().deliveries
    folder = workshop.fresh().folder / "part"
    deal(told, ["webhook"] * len(told), folder)
    workshop.build("staging.github", "bots")
    workshop.expected = workshop.contents("staging", CONTRACT)
    assert all(workshop.expected[table] for table in CONTRACT if table != CONTRACT[4])

    @examples(few=4, many=60)
    @given(
        order=st.permutations(range(len(told))),
        again=st.lists(st.sampled_from(range(len(told))), max_size=12),
        channels=st.lists(st.sampled_from(CHANNELS), min_size=len(told), max_size=len(told)),
        cuts=st.lists(st.integers(0, len(told)), max_size=2 if TORTURE else 1, unique=True),
    )
    def holds(order: list[int], again: list[int], channels: list[str], cuts: list[int]) -> None:
        workshop.fresh()
        for part in parts([*order, *again], cuts):
            if part:
                deal([told[index] for index in part], [channels[index] for index in part], folder)
                workshop.build("staging.github", "bots")
        workshop.same(workshop.contents("staging", CONTRACT))

    holds()


def test_an_organisation_in_any_order_gives_the_same_marts(workshop: Workshop) -> None:
    place = workshop.fresh()
    generated = place.folder / "generated"
    demo.generate(generated, weeks=5, services=4, slim=True)
    about = json.loads((generated / demo.MARK).read_text())
    span = {key: datetime.fromisoformat(about[key]) for key in ("complete_from", "complete_until")}
    workshop.patch.setenv("ENGOPS_SEEDS", str(generated / "seeds"))
    seeds.link()
    told = [
        json.loads(line)
        for file in sorted((generated / "github").glob("*.jsonl"))
        for line in file.read_text().splitlines()
    ]

    def clones() -> None:
        for repository in sorted((generated / "repositories").iterdir()):
            git.load(repository)

    clones()
    deal(told, ["webhook"] * len(told), place.folder / "part", **span)
    workshop.build()
    workshop.expected = workshop.contents("marts", without=ABOUT_CHANNELS)
    for table in ("fct_changes", "fct_deployments", "fct_incidents", "metric_pickup_time"):
        assert workshop.expected[table], table
    kinds = sorted({delivery["headers"]["X-GitHub-Event"] for delivery in told})

    @examples(few=1, many=30)
    @given(
        seed=st.integers(0, 2**32),
        repeated=st.floats(0.1, 0.5),
        # of each kind of event, what share comes by the API
        asked=st.fixed_dictionaries({kind: st.sampled_from([0.3, 1.0, 0.0]) for kind in kinds}),
        cut=st.floats(0.4, 1),
    )
    def holds(seed: int, repeated: float, asked: dict[str, float], cut: float) -> None:
        dice = random.Random(seed)
        order = dice.sample(range(len(told)), len(told))
        again = dice.sample(range(len(told)), int(repeated * len(told)))
        channel: dict[str, str] = {}
        workshop.fresh()
        for number, part in enumerate(parts([*order, *again], [int(cut * len(order))])):
            chosen = [told[index] for index in part]
            for delivery in chosen:
                headers = delivery["headers"]
                by_api = dice.random() < asked[headers["X-GitHub-Event"]]
                channel.setdefault(headers["X-GitHub-Delivery"], "api" if by_api else "webhook")
            if dice.random() < 0.5 or number:
                clones()
            channels = [channel[delivery["headers"]["X-GitHub-Delivery"]] for delivery in chosen]
            deal(chosen, channels, place.folder / "part", **span)
            workshop.build(*([] if number else ["staging", "bots"]))
        workshop.same(workshop.contents("marts", without=ABOUT_CHANNELS))

    holds()
