"""Compares two sets of answers, recorded or live, and reports what changed between them."""
