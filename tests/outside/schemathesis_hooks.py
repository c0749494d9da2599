"""What Schemathesis's own CLI must be told about our specs that its configuration file has no words for."""

from collections.abc import Iterator

import schemathesis

_INTEGERS = range(-(2**63), 2**64)


# Both, since Schemathesis takes the first of a family and application/xml stands before text/xml.
@schemathesis.serializer("application/xml", "text/xml")
def as_it_is(context: schemathesis.SerializationContext, value: object) -> bytes:  # noqa: ARG001
    """An envelope that a spec describes as text travels as that text, not as an element around it."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def filter_body(context: schemathesis.HookContext, body: object) -> bool:  # noqa: ARG001
    """No integers beyond 64 bits: free-form data may hold them by the spec, and the OneAll stand-in refuses them."""
    return all(type(leaf) is not int or leaf in _INTEGERS for leaf in _leaves(body))


def _leaves(tree: object) -> Iterator[object]:
    if isinstance(tree, dict | list):
        for child in tree.values() if isinstance(tree, dict) else tree:
            yield from _leaves(child)
    else:
        yield tree
