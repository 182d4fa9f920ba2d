"""A Chromium for the browser tests: the system's, else Playwright's, else Debian's package; never none in silence."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found() -> str | None:
    """A browser that is there already: `ENGOPS_CHROMIUM`, the system's, or one that Playwright installed."""
    given = os.environ.get("ENGOPS_CHROMIUM")
    if given:
        return given
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None  # noqa: PTH110


def main() -> None:
    """Find a browser or install one; end with what to do where neither works."""
    if found():
        return
    tries = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        tries += [
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        ]
    for command in tries:
        print(f"browser: {' '.join(command)}", flush=True)
        # Where a registry cannot be reached, Playwright's downloader waits for minutes.
        try:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                timeout=600,
                env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            )
        except subprocess.TimeoutExpired:
            print("browser: no answer within ten minutes", flush=True)
        if found():
            return
    sys.exit(
        "browser: the report's tests need Chromium or Chrome: install one, or set ENGOPS_CHROMIUM to its path"
    )


if __name__ == "__main__":
    main()
