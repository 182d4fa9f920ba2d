r"""How long a repository's history takes from clone to marts, against `git log` of the same fields in the same run.

    python benchmarks/git_history.py --repo PATH --tag-regex 'v\d+\.\d+\.\d+' [--runs 3]

Prints the median of each step and the ratios. "models" is a build without tests, "build" one with all data and unit
tests. "empty" is "models" with nothing landed: what dbt takes for itself, however small the history.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipelines.git.log import DETAILS, FORMAT, OPTIONS

PROJECT = Path(__file__).resolve().parent.parent


def timed(command: list[str], **options: object) -> tuple[float, float]:
    """Wall and CPU seconds of a command that must succeed; the CPU's are worth more where others share the machine."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options
    )  # type: ignore[call-overload]
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def git_log(repository: Path) -> tuple[list[str], str]:
    """The `git log` that reads what the loader lands, with as much detail as the clone has."""
    for detail, options in DETAILS.items():
        command = [
            "git",
            "-C",
            str(repository),
            "log",
            "--branches",
            "--tags",
            "--remotes",
            *OPTIONS,
            *options,
            FORMAT,
        ]
        environment = os.environ | {"GIT_NO_LAZY_FETCH": "1"}
        if (
            subprocess.run(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
            ).returncode
            == 0
        ):
            return command, detail
    raise SystemExit(f"{repository}: git cannot read its log")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repo", type=Path, required=True)
    parser.add_argument("--tag-regex", required=True)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    log, detail = git_log(arguments.repo)
    steps: dict[str, list[tuple[float, float]]] = {
        "git log": [],
        "load": [],
        "empty": [],
        "models": [],
        "build": [],
    }
    engops = [sys.executable, "-m", "pipelines"]
    for _ in range(arguments.runs):
        with tempfile.TemporaryDirectory() as folder:
            environment = os.environ | {
                "ENGOPS_DATA": folder,
                "DBT_TARGET_PATH": f"{folder}/target",
                "DBT_LOG_PATH": f"{folder}/logs",
                "GIT_NO_LAZY_FETCH": "1",
            }
            options = {"env": environment, "cwd": PROJECT}
            steps["git log"].append(timed(log, **options))
            load = [
                *engops,
                "load",
                "git",
                "--repo",
                str(arguments.repo),
                "--tag-regex",
                arguments.tag_regex,
            ]
            models = ["dbt", "build", "--quiet"]
            for kind in ("test", "unit_test"):
                models += ["--exclude-resource-type", kind]
            warehouse = Path(folder, "warehouse.duckdb")
            steps["empty"].append(timed(models, **options))
            warehouse.unlink()
            steps["load"].append(timed(load, **options))
            steps["models"].append(timed(models, **options))
            warehouse.unlink()
            shutil.rmtree(Path(folder, "dlt"))
            timed(load, **options)
            steps["build"].append(timed(["dbt", "build", "--quiet"], **options))
    print(f"paths: {detail}; median of {arguments.runs}")
    for index, clock in enumerate(("wall", "CPU")):
        median = {
            step: statistics.median(times[index] for times in runs) for step, runs in steps.items()
        }
        for step, seconds in median.items():
            print(f"{clock:4} {step:8} {seconds:7.1f} s")
        for step in ("models", "build"):
            print(
                f"{clock:4} load + {step}: {(median['load'] + median[step]) / median['git log']:.2f} x git log"
            )
        marginal = median["load"] + median["models"] - median["empty"]
        print(f"{clock:4} load + models - empty: {marginal / median['git log']:.2f} x git log")


if __name__ == "__main__":
    main()
