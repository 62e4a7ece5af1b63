"""Benchmarks of answers and of what follows from them."""
