"""``troth catalogue``: the pages of promises, written anew where they are not current."""

from pathlib import Path

from troth.reporting.catalogue import catalogue
from troth.session.open import open_all
from troth.session.reach import Selection


def write_catalogue(selection: Selection, folder: Path, check: bool) -> tuple[Path, ...]:
    """Write the catalogue pages that are not current.

    Args:
        selection: which vendors.
        folder: where the pages are; made if it does not exist.
        check: write nothing.

    Returns:
        The pages that were not current.

    Raises:
        InputInvalid: files cannot be used.
    """
    stale = []
    for name, vendor in open_all(selection).book.vendors.items():
        path, text = folder / f"{name}.md", catalogue(vendor)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
            if not check:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    return tuple(stale)
