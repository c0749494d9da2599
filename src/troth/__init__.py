"""Troth holds API vendors to their word: promises as data, provoked, judged and counted."""

__version__ = "0.1.0"
