"""How the documentation becomes a site (`make docs`). A reader's browser fetches nothing from anywhere else."""

project = "Rapid Response Team dispatch"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
templates_path: list[str] = []
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
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
    "show_nav_level": 1,
    "show_prev_next": True,
    "navigation_with_keys": False,
}
