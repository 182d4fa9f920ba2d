"""A power cut loses nothing that was acknowledged, and this would show it if it did."""

import os
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from pipelines import warehouse
from pipelines.webhooks import drain, segments
from tests.conftest import Place
from tests.signing import sample
from tests.torture import powerloss
from tests.torture.disk import Disk, Recorder

CUTS = int(os.environ.get("TORTURE_CUTS", "60"))
SEGMENT = "spool/generic/000000000001.jsonl"
SEED = int(os.environ.get("TORTURE_SEED", "1"))


def test_what_was_acknowledged_outlasts_a_power_cut(tmp_path: Path) -> None:
    found = powerloss.cut_often(tmp_path, CUTS, SEED)
    assert not found.lost, found
    assert found.kills and found.acknowledged and found.cuts >= CUTS


@pytest.mark.parametrize("missing", ["sync", "synced"], ids=["of files", "of folders"])
def test_without_a_sync_a_power_cut_loses(tmp_path: Path, missing: str) -> None:
    assert powerloss.cut_often(tmp_path, 30, SEED, ignored={missing}).lost


def left_by_publishing(recorder: Recorder, folder: Path, ignored: str = "") -> set[bytes | None]:
    """What the published file may hold after a power cut at any moment; None where there is no such file."""
    dice = random.Random(SEED)
    left: set[bytes | None] = set()
    for moment in range(len(recorder.calls) + 1):
        for draw in range(6):
            after = folder / f"{ignored}{moment}-{draw}"
            kept = [call for call in recorder.calls[:moment] if call.kind != ignored]
            Disk(recorder).play(kept).lose_power(after, dice)
            file = after / "engops.duckdb"
            left.add(file.read_bytes() if file.exists() else None)
            shutil.rmtree(after)
    return left


@pytest.mark.slow
def test_a_power_cut_leaves_the_old_published_file_or_the_new_one(
    empty_warehouse: Place, copied: Callable[[Place], Place], tmp_path: Path
) -> None:
    place = copied(empty_warehouse)
    old = place.published.read_bytes()
    with Recorder(place.published.parent) as recorder:
        warehouse.publish()
    new = place.published.read_bytes()
    assert old != new
    files = {old: "old", new: "new", None: "none"}
    assert {files.get(file, "broken") for file in left_by_publishing(recorder, tmp_path)} == {
        "old",
        "new",
    }
    without = left_by_publishing(recorder, tmp_path, ignored="sync")
    assert "broken" in {files.get(file, "broken") for file in without}


def lost_by_draining(
    recorder: Recorder, folder: Path, keys: set[str], ignored: str = ""
) -> set[str]:
    """What lies neither in the spool nor in the warehouse after a power cut at some moment around the removal."""
    dice = random.Random(SEED)
    removed = [n for n, call in enumerate(recorder.calls) if call.about[:1] == (SEGMENT,)][-1]
    lost: set[str] = set()
    for moment in range(removed - 10, len(recorder.calls) + 1):
        after = folder / f"{ignored}{moment}"
        kept = [call for call in recorder.calls[:moment] if call.kind != ignored]
        Disk(recorder).play(kept).lose_power(after, dice)
        left = {
            line.headers["webhook-id"]
            for segment in segments.seal(after / "spool" / "generic")
            for line in segments.read(segment)
            if isinstance(line, segments.Line)
        }
        with suppress(duckdb.Error), duckdb.connect(str(after / "warehouse.duckdb")) as copy:
            landed = copy.execute("select record_key from raw_generic.records").fetchall()
            left |= {key for (key,) in landed}
        lost |= keys - left
        shutil.rmtree(after)
    return lost


@pytest.mark.slow
def test_a_power_cut_while_a_drain_removes_segments_loses_nothing(
    place: Place, tmp_path: Path
) -> None:
    keys = {f"key-{number}" for number in range(20)}
    receiving = segments.Receiving(place.data / "spool" / "generic")
    for key in sorted(keys):
        headers = {"webhook-id": key}
        receiving.append(segments.encode(powerloss.ARRIVAL, headers, sample("generic", key=key)))
    receiving.release()
    with Recorder(place.data) as recorder:
        drain.load()
    assert not segments.size(place.data / "spool" / "generic")
    assert not lost_by_draining(recorder, tmp_path / "cuts", keys)
    # and without the sync of the warehouse it would
    assert lost_by_draining(recorder, tmp_path / "cuts", keys, ignored="sync")
