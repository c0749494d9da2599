"""Expressions of contracts: CEL, checked by its reference implementation and evaluated in Python."""
