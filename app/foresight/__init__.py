"""Ready before it happens: how often incidents come, whether a team could go, and whom to recruit next."""
