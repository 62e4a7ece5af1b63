"""axe-core over a page in every way it may be shown, and whether it has to be moved sideways."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parent.parent.parent / "assets/node_modules/axe-core/axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = (
    "async (tags) => (await axe.run(document, {runOnly: tags, resultTypes: ['violations'], preload: false})).violations"
)
"""`preload` would fetch every style sheet again, for a rule about sound that plays by itself: no page has any."""
MODES: dict[str, tuple[int, dict[str, Any]]] = {
    "light": (1440, {"color_scheme": "light"}),
    "dark": (1440, {"color_scheme": "dark"}),
    "phone": (390, {"color_scheme": "light"}),
    "phone-dark": (390, {"color_scheme": "dark"}),
    "tablet": (1024, {"color_scheme": "light"}),
    "zoom-200-still": (720, {"reduced_motion": "reduce"}),
    "forced-colours": (1440, {"forced_colors": "active"}),
}
"""Name to width in CSS pixels and what the browser is told. A page at 200 % of 1440 has 720 to itself."""
NARROWEST = 320
"""Pixels in which a page must fit without being moved sideways (WCAG 1.4.10)."""
FIRST = ("light", "phone")
"""What every run looks at; the others take minutes."""
PICTURED = ("light", "dark", "phone", "phone-dark", "tablet")


@cache
def _source() -> str:
    return AXE.read_text()


def show(page: Page, mode: str) -> None:
    """Show the page that way; every other preference is as nobody has chosen it."""
    width, media = MODES[mode]
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(
        **({"color_scheme": "light", "forced_colors": "none", "reduced_motion": "no-preference"} | media)
    )


def findings(page: Page, mode: str) -> list[str]:
    """What axe and the ruler find wrong, one line each."""
    show(page, mode)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())
    told = [
        f"{mode}: {one['id']}: {node['target']}: {node['failureSummary'].splitlines()[-1].strip()}"
        for one in page.evaluate(RUN, list(RULES))
        for node in one["nodes"]
    ]
    return told + too_wide(page, mode)


def too_wide(page: Page, mode: str) -> list[str]:
    """Whether the page must be moved sideways in the window that it has."""
    size = page.viewport_size
    needed = page.evaluate("document.documentElement.scrollWidth")
    return [f"{mode}: needs {needed} px of {size['width']}"] if size and needed > size["width"] else []
