"""JSON Pointers (RFC 6901), and the references (``$ref``) of JSON Schema and OpenAPI documents that are made of them.

Inside Troth a pointer is a tuple of its reference tokens without escapes, from the root to the value; ``()`` is the
whole document. Only references into the same document (``#``, ``#/…``) are followed; every walk ends on a circle.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote, unquote

Tokens = tuple[str, ...]
KeyPath = tuple[str | int, ...]
"""The same as :data:`Tokens`, with the indices of lists as numbers."""
MISSING = object()
"""What is given where a pointer or a reference leads to nothing; ``None`` would be JSON's ``null``."""
_INDEX = re.compile(r"0|[1-9][0-9]*")
_WRONG_ESCAPE = re.compile(r"~(?![01])")
DATA_KEYS = ("const", "enum", "default", "example", "examples")
"""Keys whose values are data: a ``$ref`` in there is no reference."""
_NAMING = (
    "paths", "webhooks", "content", "encoding", "variables", "mapping", "scopes", "properties", "patternProperties",
    "dependentSchemas", "$defs", "definitions", "schemas", "responses", "parameters", "requestBodies", "headers",
    "securitySchemes", "links", "callbacks", "pathItems",
)  # fmt: skip
"""Keys whose values have names for keys, which mean nothing by themselves."""


class PointerInvalid(ValueError):
    """A text is not a JSON Pointer by RFC 6901, section 3.

    Args:
        reason: what is wrong with it, as the end of a sentence.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ReferenceInvalid(LookupError):
    """A ``$ref`` cannot be followed.

    Args:
        reference: its text.
        reason: why, as the end of a sentence that begins with the reference.
        path: where the ``$ref`` stands, as far as the one who followed it knew where its node stands.
    """

    def __init__(self, reference: str, reason: str, path: KeyPath) -> None:
        super().__init__(f"the reference {reference!r} {reason}")
        self.reference = reference
        self.path = path


def escape_token(token: str | int) -> str:
    """A key or an index as one reference token: ``~`` is written ``~0`` and ``/`` is written ``~1``."""
    return str(token).replace("~", "~0").replace("/", "~1")


def unescape_token(token: str) -> str:
    """The key that a reference token stands for. The inverse of :func:`escape_token`."""
    return token.replace("~1", "/").replace("~0", "~")


def format_pointer(tokens: Iterable[str | int]) -> str:
    """The JSON Pointer of these tokens; ``""`` for none."""
    return "".join("/" + escape_token(token) for token in tokens)


def parse_pointer(pointer: str) -> Tokens:
    """The reference tokens of a JSON Pointer; ``()`` for ``""``.

    Raises:
        PointerInvalid: it does not begin with ``/``, or has a ``~`` before anything but ``0`` and ``1``.
    """
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise PointerInvalid("does not begin with /")
    if _WRONG_ESCAPE.search(pointer):
        raise PointerInvalid("has a ~ that is followed by neither 0 nor 1")
    return tuple(map(unescape_token, pointer[1:].split("/")))


def child(value: object, token: str | int) -> object:
    """The value under one token, or ``MISSING``. Only ``0`` and numbers without leading zeros are indices of a list."""
    if isinstance(value, Mapping):
        return value.get(str(token), MISSING)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes) and _INDEX.fullmatch(str(token)):
        index = int(token)
        return value[index] if index < len(value) else MISSING
    return MISSING


def locate(document: object, tokens: Iterable[str | int]) -> tuple[object, KeyPath]:
    """The value that a pointer leads to, or ``MISSING``; and the way to it, as far as there is one.

    Where the value is missing, the token that follows the way is the first that leads to nothing.
    """
    value = document
    path: list[str | int] = []
    for token in tokens:
        inner = child(value, token)
        if inner is MISSING:
            return MISSING, tuple(path)
        path.append(str(token) if isinstance(value, Mapping) else int(token))
        value = inner
    return value, tuple(path)


def resolve_pointer(document: object, tokens: Iterable[str | int]) -> object:
    """The value that a pointer leads to, or ``MISSING``."""
    return locate(document, tokens)[0]


def format_reference(tokens: Iterable[str | int]) -> str:
    """A reference to a value of the same document: ``#/components/schemas/Order``. See :func:`parse_reference`."""
    return "#" + quote(format_pointer(tokens), safe="/~!$&'()*+,;=:@?-._")


def parse_reference(reference: str) -> Tokens | None:
    """The tokens of a reference into the same document (``#``, ``#/…``); None for any other, and for an anchor.

    A fragment is percent-encoded (RFC 6901, section 6). A wrong escape is read as it stands, so that it leads to
    nothing rather than elsewhere.
    """
    if reference == "#":
        return ()
    return tuple(map(unescape_token, map(unquote, reference[2:].split("/")))) if reference.startswith("#/") else None


def reference_of(node: object) -> str | None:
    """The ``$ref`` of an object; None where it has none."""
    reference = node.get("$ref") if isinstance(node, Mapping) else None
    return reference if isinstance(reference, str) else None


def locate_reference(root: object, reference: str) -> tuple[object, KeyPath]:
    """What a reference into the same document leads to, or ``MISSING``; and the way to it. See :func:`locate`."""
    tokens = parse_reference(reference)
    return (MISSING, ()) if tokens is None else locate(root, tokens)


def resolve_reference(root: object, reference: str) -> object:
    """What a reference into the same document leads to, or ``MISSING``."""
    return locate_reference(root, reference)[0]


def reference_chain(root: object, node: object, path: KeyPath = ()) -> Iterator[object]:
    """The node, then what its ``$ref`` leads to, and so on. Each is given once.

    Args:
        root: the document.
        node: a part of it.
        path: where the node stands, for errors.

    Raises:
        ReferenceInvalid: a reference leads to nothing in this document, or back to where it was already.
    """
    followed: set[str] = set()
    yield node
    while (reference := reference_of(node)) is not None:
        node = _target(root, reference, followed, path)
        followed.add(reference)
        path = parse_reference(reference) or ()
        yield node


def _target(root: object, reference: str, followed: Container[str], path: KeyPath) -> object:
    if reference in followed:
        raise ReferenceInvalid(reference, "leads back to itself", (*path, "$ref"))
    target = resolve_reference(root, reference)
    if target is MISSING:
        raise ReferenceInvalid(reference, "points at nothing", (*path, "$ref"))
    return target


def dereference(root: object, node: object, path: KeyPath = ()) -> object:
    """The node, or what it refers to in the end.

    Raises:
        ReferenceInvalid: see :func:`reference_chain`.
    """
    for step in reference_chain(root, node, path):
        node = step
    return node


def reachable(root: object, node: object) -> Iterator[object]:
    """The node and what its ``$ref`` leads to, as far as it leads; a broken or circular reference ends it."""
    try:
        yield from reference_chain(root, node)
    except ReferenceInvalid:
        return


def inline_references(
    root: object,
    node: object,
    path: KeyPath,
    problem: Callable[[ReferenceInvalid], None],
    _open: tuple[str, ...] = (),
) -> object:
    """A copy of the node in which every reference is replaced by what it leads to.

    Args:
        root: the document.
        node: a part of it.
        path: where the node stands.
        problem: told of each reference that leads to nothing, or into a value that contains it; ``{}`` takes its place.
    """
    if isinstance(node, list):
        return [inline_references(root, item, (*path, index), problem, _open) for index, item in enumerate(node)]
    if not isinstance(node, Mapping):
        return node
    reference = reference_of(node)
    if reference is None:
        return {key: inline_references(root, value, (*path, key), problem, _open) for key, value in node.items()}
    try:
        target = _target(root, reference, _open, path)
    except ReferenceInvalid as error:
        problem(error)
        return {}
    return inline_references(root, target, parse_reference(reference) or (), problem, (*_open, reference))


def find_references(node: object, path: KeyPath = (), named: bool = False) -> Iterator[tuple[KeyPath, str]]:
    """Every ``$ref`` of an OpenAPI document or JSON Schema: where it stands, and its text.

    Args:
        node: a document or a part of one.
        path: the way to it.
        named: its keys are names, such as those of properties.
    """
    if isinstance(node, list):
        for index, value in enumerate(node):
            yield from find_references(value, (*path, index))
    if not isinstance(node, Mapping):
        return
    for key, value in node.items():
        if not named and (key in DATA_KEYS or key.startswith("x-")):
            continue
        if not named and key == "$ref" and isinstance(value, str):
            yield (*path, key), value
        else:
            yield from find_references(value, (*path, key), not named and key in _NAMING)
