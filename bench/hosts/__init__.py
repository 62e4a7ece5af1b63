"""Several hosts over one database: cut off, killed, and judged."""
