"""The pool: experts, what they can do, their papers, when they can go, and whether they may be offered a place."""
