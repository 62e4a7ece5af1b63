"""What somebody typed and could not save yet: it stays in the form, with what is wrong or what others did meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.desk.story import Line


@dataclass(frozen=True, slots=True)
class Kept:
    """One form of a page, as it was sent.

    Args:
        form: which form: "notes", "facts", "recommend", "decide", "ask".
        given: field to what was typed.
        errors: field to what is wrong with it.
        theirs: field to what somebody else wrote there meanwhile.
        since: what others did after this page was opened.
    """

    form: str
    given: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    theirs: Mapping[str, str] = field(default_factory=dict)
    since: tuple[Line, ...] = ()

    @property
    def status(self) -> int:
        """409 when others changed something, 422 when something is wrong."""
        return 409 if self.theirs or self.since else 422

    @property
    def headline(self) -> str:
        """What happened, in a sentence."""
        if self.theirs or self.since:
            who = self.since[-1].who if self.since else "Somebody else"
            return f"{who} changed this request while you wrote"
        return "One thing to fix" if len(self.errors) == 1 else f"{len(self.errors)} things to fix"


NOTHING = Kept("", {})
"""Of a page that is opened fresh."""
