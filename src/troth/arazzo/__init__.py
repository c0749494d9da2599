"""Workflows in Arazzo 1.0: read, linted, run, explored."""
