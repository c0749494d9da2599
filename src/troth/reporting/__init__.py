"""Writes reports for people and programs."""
