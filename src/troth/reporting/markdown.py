"""Escapes texts for Markdown."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$-])")


def markdown_text(text: str) -> str:
    """A text on one line, with every sign escaped that has a meaning in Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
