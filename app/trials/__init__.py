"""Trials: call-outs played in memory, by the very rules of the service, hundreds of years in the time of one.

What readiness, recruiting and what-if questions call is `fast.simulate`; `many.years` runs it in parallel processes.
Nothing here reads or writes a database but `reading.py`, the kept comparisons (`models.py`) and their doors.
"""
