"""The patches of known defects still apply, and name tests that exist; `make defects` runs them."""

import re
import subprocess

from tests.conftest import PROJECT
from tests.defects.run import defects


def test_every_patch_applies() -> None:
    assert defects()
    for defect in defects():
        done = subprocess.run(
            ["git", "apply", "--check", str(defect.path)],
            capture_output=True,
            text=True,
            cwd=PROJECT,
        )
        assert done.returncode == 0, f"{defect.path.name}: {done.stderr}"


def test_every_patch_names_a_test_that_exists() -> None:
    yaml = "\n".join(path.read_text() for path in (PROJECT / "models").rglob("*.yml"))
    singular = {path.stem for path in (PROJECT / "tests" / "data").rglob("*.sql")}
    for defect in defects():
        if defect.is_pytest:
            file, _, name = defect.test.partition("::")
            text = (PROJECT / file).read_text()
            assert f"def {name.partition('[')[0]}(" in text, defect.path.name
        else:
            known = defect.test in singular or re.search(rf"name: {re.escape(defect.test)}\b", yaml)
            assert known, f"{defect.path.name}: {defect.test}"
