"""Where the specs, contracts and cassettes of the vendors that Troth itself brings lie."""

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def packaged(name: str) -> Path:
    """The folder ``specs``, ``contracts`` or ``cassettes``: in ``troth/data`` of a wheel, else at a checkout's root."""
    data = _PACKAGE / "data"
    return (data if data.is_dir() else _PACKAGE.parent.parent) / name
