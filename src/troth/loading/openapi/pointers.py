"""JSON Pointers into plain values, as tuples of keys and indices."""

from collections.abc import Mapping
from urllib.parse import unquote

Pointer = tuple[str | int, ...]
"""The way to a value: keys of objects as text, indices of lists as numbers."""
MISSING = object()
"""What :func:`look_up` gives where there is nothing."""


def pointer_of(fragment: str) -> Pointer:
    """The pointer that the fragment of a URI writes (RFC 6901, section 6), such as ``/components/schemas/Order``."""
    if not fragment:
        return ()
    return tuple(unquote(part).replace("~1", "/").replace("~0", "~") for part in fragment[1:].split("/"))


def fragment_of(pointer: Pointer) -> str:
    """A reference to a place of the same document, such as ``#/components/schemas/Order``."""
    parts = (str(part).replace("~", "~0").replace("/", "~1").replace("%", "%25") for part in pointer)
    return "#" + "".join(f"/{part}" for part in parts)


def look_up(root: object, pointer: Pointer) -> tuple[object, Pointer]:
    """The value a pointer leads to, or ``MISSING``; and the pointer with numbers where it goes through lists."""
    node = root
    exact: list[str | int] = []
    for part in pointer:
        if isinstance(node, Mapping) and part in node:
            node = node[part]
            exact.append(part)
        elif isinstance(node, list) and str(part).isdecimal() and int(part) < len(node):
            node = node[int(part)]
            exact.append(int(part))
        else:
            return MISSING, tuple(exact)
    return node, tuple(exact)
