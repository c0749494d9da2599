"""Reads and writes cassettes in VCR.py's format."""
