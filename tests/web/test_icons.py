"""Every icon that a template names is in the design system's sprite: a wrong name would draw nothing."""

import re

import pytest

from app.desk.proposed import REASON_ICONS
from app.web.render import APP, STATIC

SPRITE = STATIC / "vendor" / "uswds" / "img" / "sprite.svg"


@pytest.mark.skipif(not SPRITE.is_file(), reason="the assets are not built")
def test_every_icon_of_a_template_is_drawn() -> None:
    drawn = set(re.findall(r'id="([a-z_]+)"', SPRITE.read_text(encoding="utf-8")))
    named = {
        name
        for template in APP.glob("*/templates/*.html")
        for call in re.findall(r"icon\(([^)]*)\)", template.read_text(encoding="utf-8"))
        for name in re.findall(r'"([a-z_]+)"', call)
    }
    assert (named | set(REASON_ICONS.values())) - drawn == set()
