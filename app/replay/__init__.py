"""Incidents of a file, played through the whole service with simulated experts and a clock that jumps."""
