"""Reading a page's forms: what a hidden field holds, what stands in a field that was typed into."""

import re
from html import unescape


def hidden(page: str, form: str, name: str) -> str:
    """The value of a field of the form whose id is `form`."""
    inside = page[page.index(f'id="{form}"') :]
    found = re.search(rf'name="{name}" value="([^"]*)"', inside[: inside.index("</form>")])
    assert found is not None, f"{form} has no {name}"
    return unescape(found[1])


def area(page: str, field: str) -> str:
    """What stands in a text area."""
    found = re.search(rf'<textarea[^>]*id="{field}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found is not None, field
    return unescape(found[1])
