"""Hands that never touch a mouse."""

from playwright.sync_api import Page, expect

FOCUSED = """(() => {
  const one = document.activeElement;
  return one === document.body ? "" : (one.labels?.[0] || one).textContent.replace(/\\s+/g, " ").trim();
})()"""
"""The words of what has the focus; nothing when nothing has it."""


def tab_to(page: Page, name: str) -> None:
    """Tab until the thing of that name has the focus."""
    for _ in range(500):
        page.keyboard.press("Tab")
        said = page.evaluate(FOCUSED)
        if name in (said or ""):
            return
    raise AssertionError(f"Tab never reaches {name}")


def press(page: Page, name: str, then: str) -> None:
    """Tab to it, press Enter, and wait for what the page says then."""
    tab_to(page, name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(then)


def write(page: Page, name: str, words: str) -> None:
    """Tab to a field and type."""
    tab_to(page, name)
    page.keyboard.type(words)


def enter(page: Page) -> None:
    """Press Enter, and wait for the page that follows."""
    # htmx notes each page in the history once it is there, which counts as a navigation too: of the page before.
    with page.expect_event("domcontentloaded"):
        page.keyboard.press("Enter")


def act(page: Page, name: str) -> None:
    """Tab to it, press Enter, and wait for the page that follows."""
    tab_to(page, name)
    enter(page)
