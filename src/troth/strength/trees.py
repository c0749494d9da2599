"""Walks JSON trees, makes changed copies of them, and compares them by a canonical form."""

from collections.abc import Iterator

import msgspec

from troth.wire.pointers import KeyPath, Tokens, format_pointer, parse_pointer

_encode = msgspec.json.Encoder().encode
_encode_sorted = msgspec.json.Encoder(order="deterministic").encode


def json_bytes(tree: object) -> bytes:
    """A tree as JSON."""
    return _encode(tree)


def same_form(tree: object) -> bytes:
    """A canonical form: equal for trees that differ in the order of keys only; different for ``1`` and ``true``."""
    return _encode_sorted(tree)


def places(tree: object, most: int = 3) -> Iterator[tuple[KeyPath, object]]:
    """Every part of a tree with the way to it, the tree itself first; of long lists only three items.

    Args:
        tree: the tree.
        most: lists of at most so many items are walked whole; of longer ones the first, the middle and the last item.
    """
    todo: list[tuple[KeyPath, object]] = [((), tree)]
    while todo:
        path, value = todo.pop()
        yield path, value
        if isinstance(value, dict):
            todo.extend(((*path, str(key)), item) for key, item in reversed(value.items()))
        elif isinstance(value, list):
            todo.extend(((*path, index), value[index]) for index in reversed(_walked(len(value), most)))


def _walked(size: int, most: int) -> list[int]:
    return list(range(size)) if size <= most else [0, size // 2, size - 1]


def part_at(tree: object, path: KeyPath) -> object:
    """The part at a path.

    Raises:
        LookupError: there is none.
    """
    for part in path:
        if not isinstance(tree, (dict, list)):
            raise LookupError(path)
        tree = tree[part]  # type: ignore[index]  # a wrong kind of part is a LookupError or a TypeError of ours
    return tree


def replace_part(tree: object, path: KeyPath, value: object) -> object:
    """A copy of the tree with another value at a path; unchanged parts are shared with the tree."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(tree, dict):
        return {key: replace_part(item, rest, value) if key == first else item for key, item in tree.items()}
    if isinstance(tree, list):
        return [replace_part(item, rest, value) if index == first else item for index, item in enumerate(tree)]
    raise LookupError(path)


def remove_part(tree: object, path: KeyPath) -> object:
    """A copy of the tree without the part at a path, which must not be empty."""
    parent, last = part_at(tree, path[:-1]), path[-1]
    if isinstance(parent, dict):
        return replace_part(tree, path[:-1], {key: item for key, item in parent.items() if key != last})
    if isinstance(parent, list):
        return replace_part(tree, path[:-1], [item for index, item in enumerate(parent) if index != last])
    raise LookupError(path)


def pattern(path: KeyPath) -> str:
    """A path as a JSON Pointer with ``*`` for every index of a list; ``/`` for the whole tree."""
    return format_pointer("*" if isinstance(token, int) else token for token in path) or "/"


def pattern_tokens(place: str) -> Tokens:
    """The names along a pattern that :func:`pattern` wrote, with ``*`` for the items of lists."""
    return () if place == "/" else parse_pointer(place)


def scalars(tree: object) -> Iterator[object]:
    """Every text and number of a tree."""
    for _, value in places(tree, most=50):
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            yield value
