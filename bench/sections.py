"""Sections of a page that commands write: each between markers of its own, the rest of the page left alone."""

from pathlib import Path


def write_section(page: Path, name: str, text: str) -> None:
    """Put ``text`` between ``<!-- name: begin -->`` and ``<!-- name: end -->`` of a page, in place of what was there.

    Raises ``ValueError`` unless the page has both markers once, in that order.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    written = page.read_text(encoding="utf-8")
    before, found, rest = written.partition(begin)
    _old, closed, after = rest.partition(end)
    if not found or not closed or begin in rest or end in before + after:
        raise ValueError(f"{page.name} must have {begin} and {end} once each, in this order")
    page.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", encoding="utf-8")
