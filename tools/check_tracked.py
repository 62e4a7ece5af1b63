"""Whether git holds only what belongs there: no address of a package registry, no path of somebody's machine.

Lock files are right for every mirror only while they name none.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Spelt so that this file is not a finding itself.
REGISTRY = re.compile(r"p[y]pi\.org|python[h]osted\.org|npm[j]s\.(org|com)|proxy\.go[l]ang|/simp[l]e/")
MACHINE = re.compile(r"(?<![\w.:/-])/(w[o]rk|r[o]ot|h[o]me/\w+|U[s]ers/\w+)/")
LOCK_ADDRESS = re.compile(r'"resolved"|^(--index-url|--extra-index-url|--find-links|-f )', re.MULTILINE)
LOCKS = re.compile(r"(^|/)(package-lock\.json|requirements[\w-]*\.txt)$")


def tracked() -> list[str]:
    """Paths of all files in git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name]


def findings(name: str) -> list[str]:
    """What is wrong with one file, one line each."""
    try:
        text = (ROOT / name).read_text()
    except (UnicodeDecodeError, OSError):  # a picture, or deleted but not yet committed
        return []
    patterns = {"names a package registry": REGISTRY, "holds a path of one machine": MACHINE}
    if LOCKS.search(name):
        patterns["names where to download from"] = LOCK_ADDRESS
    return [
        f"{name}:{text.count(chr(10), 0, found.start()) + 1}: {what}: {found[0].strip()}"
        for what, pattern in patterns.items()
        for found in pattern.finditer(text)
    ]


def main() -> int:
    """Check all files; 0 when all is well."""
    wrong = [line for name in tracked() for line in findings(name)]
    print("\n".join(wrong) or "check_tracked: no registry's address, no machine's path")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
