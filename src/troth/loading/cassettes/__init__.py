"""Cassettes in VCR.py's format, read and written."""
