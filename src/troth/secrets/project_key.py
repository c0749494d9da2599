"""The key that a project's pseudonyms are made with, and where the files of its runs lie."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from troth.errors import UsageInvalid

STATE = ".troth"
"""The folder, which git ignores, for what a run leaves behind and nobody commits."""
VARIABLE = "TROTH_KEY"
_BYTES = 32


def project_key(folder: Path, environment: Mapping[str, str]) -> bytes:
    """The key from ``TROTH_KEY``, else from ``.troth/key``, else a new one that is kept there.

    Args:
        folder: the project's.
        environment: where variables come from.

    Returns:
        32 bytes.

    Raises:
        UsageInvalid: there is a key that is none, or it cannot be read or kept.
    """
    path = folder / STATE / "key"
    try:
        written = environment.get(VARIABLE) or (path.read_text(encoding="ascii") if path.is_file() else "")
        if not written:
            written = secrets.token_hex(_BYTES)
            path.parent.mkdir(exist_ok=True)
            path.touch(mode=0o600, exist_ok=False)
            path.write_text(written + "\n", encoding="ascii")
        key = bytes.fromhex(written.strip())
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise UsageInvalid(f"the project's key ({VARIABLE}, or {STATE}/key) cannot be used") from error
    if len(key) != _BYTES:
        raise UsageInvalid(f"the project's key ({VARIABLE}, or {STATE}/key) must be {2 * _BYTES} hexadecimal digits")
    return key


def key_for_marks(folder: Path, environment: Mapping[str, str]) -> bytes:
    """The project's key; where there is none and none can be kept, one for this process alone.

    Without a key that stays, the same value has another mark in the next run, and nothing else is amiss.

    Args:
        folder: the project's.
        environment: where variables come from.

    Raises:
        UsageInvalid: there is a key that is none, or it cannot be read.
    """
    try:
        return project_key(folder, environment)
    except UsageInvalid:
        if environment.get(VARIABLE) or (folder / STATE / "key").exists():
            raise
        return secrets.token_bytes(_BYTES)
