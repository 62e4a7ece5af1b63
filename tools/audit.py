"""Which weaknesses are known of what is pinned: pip-audit for Python, npm's own audit for the pages' packages.

A registry's mirror often has no list of weaknesses. pip-audit then skips every package and says that it found none;
here that is told for what it is. Leaves with 0 when all was asked and nothing is known, 1 when something is, 3 when
not all could be asked.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.lock import FILES, pins

ROOT = Path(__file__).parent.parent
FINE, WEAK, NOT_ASKED = 0, 1, 3


def python(file: str) -> int:
    """Ask for one requirements file, and say what came of it."""
    command = Path(sys.executable).with_name("pip-audit")
    ran = subprocess.run(
        [str(command), "--requirement", file, "--require-hashes", "--disable-pip", "--format", "json",
         "--progress-spinner", "off"], cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    try:
        answers: list[dict[str, Any]] = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"{file}: not asked: {(ran.stderr.strip().splitlines() or ['no answer'])[-1]}")
        return NOT_ASKED
    weak = [(one["name"], weakness) for one in answers for weakness in one.get("vulns", ())]
    for name, weakness in weak:
        mended = ", ".join(weakness["fix_versions"]) or "no version yet"
        print(f"{file}: {name}: {weakness['id']}, mended in {mended}")
    skipped = [one["name"] for one in answers if "skip_reason" in one]
    asked = len(answers) - len(skipped)
    print(f"{file}: {asked} of {len(pins((ROOT / file).read_text()))} asked, {len(weak)} weaknesses known")
    if skipped:
        print(f"{file}: this network's registry knows nothing of {len(skipped)}; ask again where it does")
    return WEAK if weak else NOT_ASKED if skipped else FINE


def browser() -> int:
    """Ask for the pages' packages."""
    try:
        ran = subprocess.run(
            ["npm", "audit", "--package-lock-only", "--json"], cwd=ROOT / "assets", check=False, capture_output=True,
            text=True,
        )  # fmt: skip
        counted = json.loads(ran.stdout)["metadata"]["vulnerabilities"]["total"]
    except (OSError, ValueError, KeyError):
        print(
            "assets/package-lock.json: not asked: there is no npm, or this network's registry has no list of weaknesses"
        )
        return NOT_ASKED
    print(f"assets/package-lock.json: {counted} weaknesses known")
    return WEAK if counted else FINE


def main() -> int:
    """Ask for everything; what is worst decides."""
    results = [python(file) for file in FILES] + [browser()]
    if WEAK in results:
        return WEAK
    return NOT_ASKED if NOT_ASKED in results else FINE


if __name__ == "__main__":
    sys.exit(main())
