"""Drills: a test of the texts themselves. Who gets ours, and who answers, before it is earnest."""
