"""EDXL-RM 1.0: requests, decisions, commitments and releases as messages of state and federal resource systems."""
