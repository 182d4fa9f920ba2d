"""Recordings that others publish in installable packages: fetched at test time, pinned by hash, never kept with us.

They are fetched by the registry's own client into a cache (`ENGOPS_TEST_CACHE`, else `engops-tests` in the user's cache
folder), once a machine.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock

from pipelines import node

SECONDS = 300


@dataclass(frozen=True)
class Package:
    """One version of a package: the archive that the registry hands out has this sha256.

    `npm` is a package's tarball, `pypi` a source distribution (which carries the tests), `wheel` PyPI's wheel.
    """

    registry: Literal["npm", "pypi", "wheel"]
    name: str
    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{'npm' if self.registry == 'npm' else 'PyPI'} {self.name} {self.version}"

    def path(self) -> Path:
        """The folder with the archive's content, as it is packed."""
        folder = cache() / self.sha256
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                draft = folder.with_suffix(".draft")
                shutil.rmtree(draft, ignore_errors=True)
                draft.mkdir()
                unpacked(self.fetched(draft), draft / "content")
                (draft / "content").rename(folder)
                shutil.rmtree(draft)
        return folder

    def fetched(self, folder: Path) -> Path:
        """The archive, downloaded into a folder by the registry's client."""
        pinned = f"{self.name}{'@' if self.registry == 'npm' else '=='}{self.version}"
        environment = None
        if self.registry == "npm":
            command = ["npm", "pack", "--silent", "--pack-destination", str(folder), pinned]
            environment = node.environment()
        else:
            # what is read and never run may want another Python
            kind = "--only-binary" if self.registry == "wheel" else "--no-binary"
            wanted = folder / "requirements.txt"
            wanted.write_text(f"{pinned} --hash=sha256:{self.sha256}\n")
            pip = [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--require-hashes",
                "--ignore-requires-python",
            ]
            command = [*pip, kind, self.name, "--dest", str(folder), "--requirement", str(wanted)]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS
        )
        assert done.returncode == 0, f"{self} cannot be had: {done.stderr[-2000:]}"
        (archive,) = (path for path in folder.iterdir() if path.name != "requirements.txt")
        found = hashlib.sha256(archive.read_bytes()).hexdigest()
        assert found == self.sha256, f"{self} has the sha256 {found}"
        return archive


def cache() -> Path:
    """Where packages are kept between runs."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("ENGOPS_TEST_CACHE") or home / "engops-tests")


def unpacked(archive: Path, folder: Path) -> None:
    """The content of an archive, nothing of it outside the folder."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            file.extractall(folder)
    else:
        with tarfile.open(archive) as file:
            file.extractall(folder, filter="data")
