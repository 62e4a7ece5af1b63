"""The law enforcement bodies that ask for help."""
