"""Which Chromium the browser tests drive: the machine's, else Playwright's own, else that is fetched.

`RRT_CHROMIUM` names another one. Run as a program it makes sure that there is one, and says which.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NONE = """No Chromium: install one (Debian: apt-get install chromium), name one in RRT_CHROMIUM, or let
`playwright install chromium` reach its server. The browser tests are skipped; in CI they fail."""


def found() -> str | None:
    """The program to start, or None."""
    named = [os.environ.get("RRT_CHROMIUM"), *(shutil.which(name) for name in NAMES), _own()]
    return next((path for path in named if path and Path(path).exists()), None)


def _own() -> str:
    """Where Playwright keeps its own, whether it is there or not."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - starting it takes a moment

    with sync_playwright() as playwright:
        return str(playwright.chromium.executable_path)


def main() -> int:
    """Fetch one if there is none; 1 when that fails in CI."""
    if found() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    path = found()
    print(f"browser: {path}" if path else NONE)
    return 1 if path is None and os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
