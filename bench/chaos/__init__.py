"""Whole processes are killed at random while deployments are staffed, and then the promises are counted."""
