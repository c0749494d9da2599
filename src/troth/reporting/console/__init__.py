"""Writes a report to a terminal or a pipe."""
