"""Put known defects back in, one at a time, and show that the test named for each turns red.

`python tests/defects/run.py [NAME…]`: a copy of the project is made, every named test is seen to pass there, then each
patch of this folder is applied, its test is run and must fail, and the patch is taken out again. A patch begins with

    Defect: what it puts in, in a sentence
    Red: pytest tests/test_x.py::test_y        or        Red: unit_test_name | data_test_name   (dbt)

Ends with 0 when every defect was caught.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent


@dataclass(frozen=True)
class Defect:
    """One patch, with the sentence and the test of its header."""

    path: Path
    text: str
    red: str

    @property
    def is_pytest(self) -> bool:
        """True where the test is pytest's, false where it is dbt's."""
        return self.red.startswith("pytest ")

    @property
    def test(self) -> str:
        """What the runner is asked for."""
        return self.red.removeprefix("pytest ").strip()


def defects(names: list[str] | None = None) -> list[Defect]:
    """The patches of this folder, or those whose file name contains one of `names`."""
    found = []
    for path in sorted(HERE.glob("*.patch")):
        header = dict(re.findall(r"^(Defect|Red): (.+)$", path.read_text(), re.MULTILINE))
        if header.keys() != {"Defect", "Red"}:
            sys.exit(f"{path}: the header needs a line Defect: and a line Red:")
        if not names or any(name in path.name for name in names):
            found.append(Defect(path, header["Defect"], header["Red"]))
    return found


def copy_project(folder: Path) -> None:
    """The files that git knows or would know, and nothing else."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
    )
    for name in listed.stdout.split("\0"):
        if name and (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)


class Runner:
    """Runs tests in one copy of the project, with data folders of its own."""

    def __init__(self, folder: Path) -> None:
        """Copy the project and build its relations without rows, which dbt's unit tests look up."""
        self.folder = folder / "project"
        self.folder.mkdir()
        copy_project(self.folder)
        self.target = folder / "target"
        self.environment = os.environ | {
            "ENGOPS_DATA": str(folder / "data"),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(folder / "logs"),
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.environment.pop("ENGOPS_SEEDS", None)
        (folder / "data").mkdir()
        done = self.dbt("run", "--empty")
        if done.returncode:
            # Seeds come first, so that models have something to refer to.
            self.dbt("seed")
            done = self.dbt("run", "--empty")
        if done.returncode:
            sys.exit(f"the project does not build as it is:\n{done.stdout[-3000:]}")

    def call(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """A command in the copy."""
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
        )

    def dbt(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A dbt command in the copy."""
        return self.call(sys.executable, "-m", "dbt.cli.main", *arguments)

    def failed(self, tests: list[Defect]) -> tuple[set[str], str]:
        """The named tests that fail here, and what the runners printed; a test that could not run ends everything."""
        wanted = sorted({defect.test for defect in tests if defect.is_pytest})
        failed, output = set(), ""
        if wanted:
            done = self.call(
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "-rfE",
                "--tb=short",
                *wanted,
            )
            output += done.stdout + done.stderr
            if done.returncode not in (0, 1):
                sys.exit(f"pytest could not run {' '.join(wanted)}:\n{output[-3000:]}")
            bad = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
            failed |= {name for name in wanted if any(line.startswith(name) for line in bad)}
        wanted = sorted({defect.test for defect in tests if not defect.is_pytest})
        if wanted:
            done = self.dbt("test", "--select", *wanted)
            output += done.stdout + done.stderr
            results = json.loads((self.target / "run_results.json").read_text())["results"]
            ran = {row["unique_id"].split(".")[-1]: row["status"] for row in results}
            ran |= {row["unique_id"].split(".")[2]: row["status"] for row in results}
            absent = [name for name in wanted if name not in ran]
            if absent:
                sys.exit(f"dbt knows no test called {', '.join(absent)}:\n{done.stdout[-2000:]}")
            broken = [name for name in wanted if ran[name] not in ("pass", "fail")]
            if broken:
                sys.exit(f"dbt could not run {', '.join(broken)}:\n{done.stdout[-2000:]}")
            failed |= {name for name in wanted if ran[name] == "fail"}
        return failed, output

    def apply(self, defect: Defect, *options: str) -> None:
        """Apply a patch, or take it out again with `-R`."""
        done = self.call("git", "apply", "--whitespace=nowarn", *options, str(defect.path))
        if done.returncode:
            sys.exit(f"{defect.path.name} does not apply any more: {done.stderr.strip()}")


def main(names: list[str]) -> int:
    """Green without, red with: every defect."""
    chosen = defects(names)
    if not chosen:
        sys.exit("no patch is called that")
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(Path(folder))
        failed, output = runner.failed(chosen)
        if failed:
            print(output[-4000:])
            sys.exit(f"these fail without any defect: {', '.join(sorted(failed))}")
        print(f"{len(chosen)} defects; without them, their tests pass", flush=True)
        missed = 0
        for defect in chosen:
            started = time.monotonic()
            runner.apply(defect)
            failed, output = runner.failed([defect])
            runner.apply(defect, "-R")
            caught = defect.test in failed
            missed += not caught
            print(
                f"{'red   ' if caught else 'MISSED'} {defect.path.stem}: {defect.text}", flush=True
            )
            print(f"       {defect.red} ({time.monotonic() - started:.0f} s)", flush=True)
            if not caught:
                print(output[-3000:], flush=True)
    print(f"{len(chosen) - missed} passed, {missed} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
