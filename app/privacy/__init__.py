"""How long personal data is kept, what stops its end, and the end itself."""
