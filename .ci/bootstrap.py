"""Make `.venv` from `requirements.lock` with nothing but Python 3.11, its venv module and a package registry.

uv is installed by pip, with the hash that the lock gives it, and installs everything else with the lock's hashes.
Where pip is told of another registry or certificate (its files, its environment), uv is told the same; nothing of it is
written down.
"""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
LOCK = PROJECT / "requirements.lock"
NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stop(text: str) -> None:
    """End with a message that says what to do."""
    sys.exit(f"setup: {text}")


def run(*command: str | Path, **options: object) -> None:
    """Run a command; its own words explain a failure."""
    done = subprocess.run([str(part) for part in command], **options)  # type: ignore[call-overload]
    if done.returncode:
        stop(f"this command failed ({done.returncode}): {' '.join(map(str, command))}")


def make_venv() -> None:
    """A virtual environment with pip, or a message for the two ways in which Debian's Python lacks one."""
    if (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0
    ):
        return
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True
    )
    if done.returncode:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        stop(
            f"Python {version} cannot make a virtual environment:\n{done.stdout}{done.stderr}\n"
            f"On Debian or Ubuntu: apt-get install python{version}-venv. Then run the same command again."
        )


def pinned_uv(lock: str) -> str:
    """The lock's own lines for uv, hashes included."""
    found = re.search(r"^uv==[^\\]+(?:\\\s+--hash=\S+\s+)*", lock, re.MULTILINE)
    if not found:
        stop(f"{LOCK.name} does not name uv; make it again with `make lock`")
    return found[0] + "\n" if found else ""


def registry_of_pip() -> dict[str, str]:
    """What pip is told about registries and certificates, in uv's words; what uv is told already stays."""
    listed = subprocess.run(
        [PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    told: dict[str, str] = {}
    for line in sorted(
        listed, key=lambda line: line.startswith(":env:")
    ):  # pip lets its environment win
        name, _, value = line.partition("=")
        told[name.rpartition(".")[2]] = " ".join(ast.literal_eval(value).split())
    given = {uv: told[pip] for pip, uv in NAMES.items() if pip in told}
    if "UV_INDEX" in given:
        # The hashes decide what is right, so any registry may be the one that has it.
        given["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in given.items() if not os.environ.get(name)}


def main() -> None:
    """Everything, once; the Makefile calls again only when the lock has changed."""
    if sys.version_info < (3, 11):
        found = sys.version.split()[0]
        stop(
            f"Python 3.11 or newer is needed, {found} was found; name another: make PYTHON=python3.12 setup"
        )
    lock = LOCK.read_text()
    make_venv()
    wanted = pinned_uv(lock)
    version = wanted.split()[0].partition("==")[2]
    has = subprocess.run([PYTHON, "-m", "uv", "--version"], capture_output=True, text=True)
    if f"uv {version}" not in has.stdout:
        draft = VENV / "uv.txt"
        draft.write_text(wanted)
        print(f"setup: uv {version} from the package registry", flush=True)
        run(PYTHON, "-m", "pip", "install", "-qq", "--no-deps", "--require-hashes", "-r", draft)
    environment = os.environ | registry_of_pip() | {"VIRTUAL_ENV": str(VENV)}
    uv = [PYTHON, "-m", "uv", "pip"]
    print(f"setup: {lock.count('==')} packages of {LOCK.name} into {VENV.name}", flush=True)
    run(*uv, "install", "--quiet", "--require-hashes", "-r", LOCK, env=environment)
    # Setuptools is in the lock, so that building the project itself fetches nothing beside it.
    run(
        *uv,
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-e",
        PROJECT,
        env=environment,
    )
    (VENV / "stamp").touch()
    print("setup: done", flush=True)


if __name__ == "__main__":
    main()
