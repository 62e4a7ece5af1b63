"""Who is there and who may do what: users, roles, sign-in, sessions, keys; `policy.py` is the one table."""
