"""`engops` in this process, as it is, with named functions watched: `python -m tests.torture.launch ARGUMENTS…`.

TORTURE_TRACE names a file to which each step that begins is appended, so that whoever kills the process knows where it
was. TORTURE_POINT names a point of `tests.torture.points` at which the process kills itself. TORTURE_CLOCK sets its
clock back by so many seconds.
"""

import functools
import importlib
import inspect
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from tests.torture.points import POINTS, STEPS, Point


def mark(text: str) -> None:
    """Append to the trace; a line that was written outlives the process."""
    trace = os.environ.get("TORTURE_TRACE")
    if trace:
        with Path(trace).open("a") as file:
            file.write(f"{text}\n")


def watch(
    target: str, before: Callable[..., None] | None, after: Callable[..., None] | None
) -> None:
    """Call `before` and `after` with the arguments of every call of `module:qualified.name`."""
    module, _, path = target.partition(":")
    *parents, name = path.split(".")
    owner = functools.reduce(getattr, parents, importlib.import_module(module))
    real = getattr(owner, name)

    @functools.wraps(real)
    def call(*arguments: Any, **options: Any) -> Any:
        if before:
            before(*arguments)
        result = real(*arguments, **options)
        if after:
            after(*arguments)
        return result

    @functools.wraps(real)
    async def call_later(*arguments: Any, **options: Any) -> Any:
        if before:
            before(*arguments)
        result = await real(*arguments, **options)
        if after:
            after(*arguments)
        return result

    setattr(owner, name, call_later if inspect.iscoroutinefunction(real) else call)


def fatal(point: Point) -> Callable[..., None]:
    """Kills this process at the n-th call that the point is about."""
    calls = 0

    def die(*arguments: Any) -> None:
        nonlocal calls
        calls += point.where(*arguments)
        if calls == point.nth:
            mark(f"point: {point.name}")
            os.kill(os.getpid(), signal.SIGKILL)

    return die


def set_back(seconds: float) -> None:
    """Set back the clock that gives deliveries their time of arrival, and dlt's loads their ids."""
    from dlt.common.storages import load_package

    from pipelines.webhooks import app

    class Late(datetime):
        @classmethod
        def now(cls, zone: tzinfo | None = None) -> datetime:
            return datetime.now(zone) - timedelta(seconds=seconds)

    time_of_load = load_package.increasing_precise_time
    load_package.increasing_precise_time = lambda: time_of_load() - seconds
    app.datetime = Late


def main() -> None:
    """Watch, then be `engops`."""
    seconds = float(os.environ.get("TORTURE_CLOCK") or 0)
    if seconds and sys.argv[1] in ("serve", "load"):
        set_back(seconds)
    for target, step in STEPS.get(sys.argv[1], {}).items():
        watch(target, lambda *_, step=step: mark(step), None)
    name = os.environ.get("TORTURE_POINT")
    if name:
        point = next(point for point in POINTS if point.name == name)
        is_before = point.when == "before"
        watch(
            point.target, fatal(point) if is_before else None, None if is_before else fatal(point)
        )
    from pipelines.cli import app

    app(prog_name="engops")


if __name__ == "__main__":
    main()
