"""What can go wrong in a way that a person can act on. Knows no HTTP; `app/web/problems.py` makes answers of it."""

import re
from typing import Any, ClassVar


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """Something is wrong with what was asked."""

    status: ClassVar[int] = 400

    def __init__(self, detail: str | None = None, **fields: Any) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip().split("\n")[0]
        self.fields = fields
        super().__init__(self.detail)

    @property
    def slug(self) -> str:
        """The problem's stable name in URLs and logs: "double-booked"."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()

    @property
    def title(self) -> str:
        """The problem's name for people: "Double booked"."""
        return self.slug.replace("-", " ").capitalize()


class SettingsMissing(Exception):  # noqa: N818 - read as a sentence on the terminal
    """One or more settings are missing or wrong; the message is for people."""


class Unauthenticated(Problem):
    """Sign in first."""

    status = 401


class Forbidden(Problem):
    """Your role does not allow this."""

    status = 403


class FactorNeeded(Problem):
    """Show your second factor first: it is a while since you did."""

    status = 403


class FactorMissing(Problem):
    """Set up a second factor first, at /account: this service asks everybody for one."""

    status = 403


class NotFound(Problem):
    """There is nothing here, or nothing that you may see."""

    status = 404


class Conflict(Problem):
    """This cannot be done in the present state."""

    status = 409


class WrongState(Conflict):
    """This step is not possible in the present state."""


class Changed(Problem):
    """Somebody else changed this in the meantime. Look at the present state and decide again."""

    status = 412


class TooLarge(Problem):
    """This is too large to be sent in one piece. Nothing of it was kept."""

    status = 413


class Invalid(Problem):
    """Some fields need another look.

    Args of the constructor: `errors`, a mapping of field name to sentence.
    """

    status = 422


class DatabaseAway(Problem):
    """The service cannot reach its database at this moment."""

    status = 503


class TooMany(Problem):
    """Too many tries in a short time. Wait a moment."""

    status = 429
