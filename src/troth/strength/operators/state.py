"""Operators for the state behind an answer: they change what the observation after it saw."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from troth.model.ports import Judged

Edit = tuple[Judged, str, str]
"""Changed observations, the place, and the change as the end of a sentence."""
Operator = Callable[[Judged, "tuple[Mapping[str, object], ...]"], Iterator[Edit]]

_PLACE = "state afterwards"


def no_effect(seen: Judged, _others: tuple[Mapping[str, object], ...]) -> Iterator[Edit]:
    """Replace the observation afterwards by the one before, as if the request had changed nothing."""
    if seen.before is not None and seen.after is not None and _body(seen.before) != _body(seen.after):
        yield replace(seen, after=seen.before), _PLACE, "be as before"


def vanish(seen: Judged, others: tuple[Mapping[str, object], ...]) -> Iterator[Edit]:
    """Replace a successful observation afterwards by an unsuccessful one, as if the object had been deleted."""
    if seen.before is not None and seen.after is not None and _there(seen.before) and _there(seen.after):
        for after in [look for look in others if not _there(look)][:1]:
            yield replace(seen, after=after), _PLACE, "be that nothing is there any more"


def appear(seen: Judged, others: tuple[Mapping[str, object], ...]) -> Iterator[Edit]:
    """Replace an unsuccessful observation afterwards by a successful one, as if the object still existed."""
    if seen.after is not None and not _there(seen.after):
        for after in [look for look in others if _there(look)][:1]:
            yield replace(seen, after=after), _PLACE, "be that something is there"


def _response(tree: Mapping[str, object]) -> Mapping[str, object]:
    response = tree.get("response")
    return response if isinstance(response, Mapping) else {}


def _there(tree: Mapping[str, object]) -> bool:
    """Whether an observation was answered with a status of success."""
    status = _response(tree).get("status")
    return isinstance(status, int) and status < 300


def _body(tree: Mapping[str, object]) -> object:
    """The status and body of an observation, without the time of the answer, which always differs."""
    response = _response(tree)
    soap = response.get("soap")
    if isinstance(soap, Mapping):
        return soap.get("return")
    return (response.get("status"), _timeless(response.get("body")))


def _timeless(body: object) -> object:
    """The result in OneAll's envelope, which has the time of the answer beside it; any other body as it is."""
    if isinstance(body, Mapping) and isinstance(body.get("response"), Mapping) and "result" in body["response"]:
        return body["response"]["result"]
    return body


OPERATORS: Mapping[str, Operator] = {
    "no-effect": no_effect,
    "vanish": vanish,
    "appear": appear,
}
"""Name → operator, in the order in which they are tried."""
