"""Figures for the desk and for grant reports: counted from what happened, each down to its cases."""
