"""How the documentation becomes a site (`make docs`). A reader's browser fetches nothing from anywhere else."""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

project = "Rapid Response Team dispatch"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
# An anchor for every heading, named as the page of the repository names it, so that one link works in both.
myst_heading_anchors = 4

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_extra_path = ["openapi.json"]
# All pages, under their captions, beside each page.
html_sidebars = {"**": ["globaltoc.html"]}
html_theme_options = {
    "logo": {"text": "RRT dispatch"},
    "navbar_center": [],
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
    "show_prev_next": True,
    "navigation_with_keys": False,
}


class Operations(SphinxDirective):
    """Every operation of `openapi.json`, a table for each subject."""

    def run(self) -> list[nodes.Node]:
        """What stands in place of the directive."""
        source = Path(self.env.srcdir) / "openapi.json"
        self.env.note_dependency(str(source))
        paths: dict[str, dict[str, Any]] = json.loads(source.read_text())["paths"]
        found = [(one["tags"][0], verb, path, one) for path, verbs in paths.items() for verb, one in verbs.items()]
        lines = []
        for tag, some in groupby(sorted(found, key=lambda each: each[0]), key=lambda each: each[0]):
            lines += [
                f"## {tag.capitalize()}",
                "",
                "| operation | what it does | to give along |",
                "| --- | --- | --- |",
            ]
            lines += [self._row(verb, path, one) for _, verb, path, one in some] + [""]
        return list(self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True))

    @staticmethod
    def _row(verb: str, path: str, one: dict[str, Any]) -> str:
        inside = path.removeprefix("/api/v1")
        said = " ".join(str(one.get("description") or one["summary"]).split()).replace("|", "\\|")
        given = [f"`{each['name']}`" for each in one.get("parameters", ()) if each["in"] != "path"]
        return f"| `{verb.upper()} {inside}` | {said} | {', '.join(given)} |"


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.add_directive("operations", Operations)
