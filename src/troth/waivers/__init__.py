"""Findings accepted until a day."""
