"""Bringing it back: backups, restores to a point in time, and what a restored database must learn before it works."""
