"""Reads specifications, contracts and cassettes into values that know their place in a file."""
