"""Numbers and slugs as words."""

DAY = 1440


def span(minutes: int) -> str:
    """A length of time: "45 min", "9 h 20 min", "3 days"."""
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 2 * DAY:
        return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return f"{minutes // DAY} days"


def plain(slug: str) -> str:
    """A slug as words."""
    return slug.replace("_", " ")
