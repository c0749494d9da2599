"""Texts that Troth's own code wrote, told apart by their type from those that came from outside."""

from typing import Annotated

CODE_OWNED = "code-owned"
Constant = Annotated[str, CODE_OWNED]
"""A code, a severity, the name of a source: one of a closed list that stands in the code. Programs look such a text up,
and nothing from a file, an answer or the environment can be in it, so it is never redacted."""
