"""The pages' assets are cut to what we use, and nothing that we use is cut."""

import json
from pathlib import Path

from build_assets import STYLESHEETS, outlines, trimmed

DESK, PHONE = STYLESHEETS["uswds.css"], STYLESHEETS["uswds-phone.css"]
ROOT = Path(__file__).parent.parent


def test_a_kept_block_keeps_all_its_parts_and_states() -> None:
    css = ".usa-alert__body{a:b}.usa-alert--error .usa-alert__text.is-visible{a:b}.usa-button:hover{a:b}"
    assert trimmed(css, PHONE) == css


def test_another_block_goes_and_so_does_its_share_of_a_common_rule() -> None:
    assert trimmed(".usa-hero{a:b}.usa-button,.usa-hero .usa-button,button{c:d}", DESK) == ".usa-button,button{c:d}"


def test_a_media_query_that_is_left_empty_goes() -> None:
    css = "@media (min-width:40em){.usa-hero{a:b}}@media print{.usa-table{a:b}}"
    assert trimmed(css, DESK) == "@media print{.usa-table{a:b}}"


def test_a_comma_inside_brackets_does_not_part_selectors() -> None:
    css = "a:not(.usa-button,.usa-link):hover{a:b}"
    assert trimmed(css, PHONE) == css


def test_utilities_come_with_the_desks_stylesheet_only() -> None:
    css = ".tablet\\:grid-col-4{a:b}.margin-top-2{a:b}"
    assert trimmed(css, DESK) == css
    assert trimmed(css, PHONE) == ""


def test_only_our_font_and_its_newest_format_are_served() -> None:
    ours = "@font-face{font-family:Source Sans Pro Web;src:url(../a.woff2) format('woff2'),url(../a.ttf) format('ttf')}"
    kept = trimmed(ours + "@font-face{font-family:Merriweather Web;src:url(../b.woff2)}", DESK)
    assert kept == "@font-face{font-family:Source Sans Pro Web;src:url(../a.woff2) format('woff2')}"


def test_a_states_outline_follows_its_arcs_forward_and_back() -> None:
    topology = {
        "transform": {"scale": [1, 1], "translate": [10, 20]},
        "arcs": [[[0, 0], [5, 0], [0, 5]], [[0, 0], [0, 5], [5, 0]]],
        "objects": {
            "states": {
                "geometries": [
                    {"type": "Polygon", "id": "01", "properties": {"name": "Square"}, "arcs": [[0, -2]]},
                    {"type": "Polygon", "id": "02", "properties": {"name": "Nowhere"}, "arcs": []},
                ]
            }
        },
    }
    assert outlines(topology)["states"] == [
        {"id": "01", "name": "Square", "d": "M10.0,20.0L15.0,20.0L15.0,25.0L10.0,25.0L10.0,20.0Z"}
    ]


def test_the_built_stylesheets_are_small_and_whole() -> None:
    for name, limit in (("uswds.css", 200_000), ("uswds-phone.css", 60_000)):
        css = (ROOT / "app/web/static/vendor/uswds/css" / name).read_text()
        assert css.count("{") == css.count("}")
        assert ".usa-button--outline" in css
        assert len(css) < limit


def test_the_map_shows_fifty_states_and_the_capital() -> None:
    states = json.loads((ROOT / "app/web/static/vendor/usmap/usmap.json").read_text())["states"]
    assert len(states) == 51
