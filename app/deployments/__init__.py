"""One approved team engagement: its positions, who holds them, and what the database refuses."""
