"""The database is lost in the middle of a dispatch, and brought back to a moment before the last texts."""
