"""What the names of an expression stand for on one exchange; a name that cannot be had is left out."""

from collections.abc import Callable, Mapping

from troth.model.facts import Facts
from troth.wire.bodies import Unreadable
from troth.wire.views import RequestView, ResponseView, soap_request_tree, xml_tree

_REQUEST: Mapping[str, Callable[[RequestView], object]] = {
    "request.method": lambda view: view.request.method,
    "request.target": lambda view: view.target,
    "request.path": lambda view: view.path,
    "request.query": lambda view: view.query,
    "request.params": lambda view: view.params,
    "request.headers": lambda view: view.headers,
    "request.header_lines": lambda view: view.header_lines,
    "request.body": lambda view: view.body,
    "request.xml": xml_tree,
    "request.soap": soap_request_tree,
}
_RESPONSE: Mapping[str, Callable[[ResponseView], object]] = {
    "response.status": lambda view: view.response.status,
    "response.headers": lambda view: view.headers,
    "response.header_lines": lambda view: view.header_lines,
    "response.media_type": lambda view: view.media_type,
    "response.body": lambda view: view.body,
    "response.text": lambda view: view.text,
    "response.xml": xml_tree,
    "response.soap": lambda view: view.soap_tree(),
}


class ScopeMaker:
    """Makes scopes that hold just the names that an operation's expressions use.

    Args:
        variables: qualified names, as the compiled expressions list them.
    """

    def __init__(self, variables: frozenset[str]) -> None:
        self._request = tuple((name, _REQUEST[name]) for name in sorted(variables) if name in _REQUEST)
        self._response = tuple((name, _RESPONSE[name]) for name in sorted(variables) if name in _RESPONSE)
        self._world = "world" in variables
        self._given = "given" in variables

    def make(
        self,
        request: RequestView,
        response: ResponseView | None,
        facts: Facts,
        before: object = None,
        after: object = None,
        names: Mapping[str, object] | None = None,
    ) -> dict[str, object]:
        """The scope of one exchange: qualified name → value; ``names`` are what is known already."""
        scope: dict[str, object] = {} if names is None else {**names}
        for name, get in self._request:
            value = get(request)
            if type(value) is not Unreadable:
                scope[name] = value
        if response is not None:
            for name, read in self._response:
                value = read(response)
                if type(value) is not Unreadable:
                    scope[name] = value
        if self._world:
            scope["world"] = facts.world
        if self._given:
            scope["given"] = facts.given
        if before is not None:
            scope["before"] = before
        if after is not None:
            scope["after"] = after
        return scope


def exchange_tree(response: ResponseView) -> dict[str, object]:
    """An observed answer as ``before`` and ``after`` show it: ``{"response": {"status", "headers", "body", …}}``."""
    parts = {name.partition(".")[2]: read(response) for name, read in _RESPONSE.items()}
    return {"response": {name: value for name, value in parts.items() if not isinstance(value, Unreadable)}}
