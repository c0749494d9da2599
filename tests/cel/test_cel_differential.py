"""Our evaluation against the reference's: random expressions over random bodies give one value, or both an error."""

from typing import Any

from drawn_expressions import KINDS, VARIABLES, VOCABULARY, expressions, mixes_numbers, scopes
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from troth.cel.expressions import ExpressionInvalid, Failure
from troth.cel.reference import ReferenceEngine
from troth.cel.values import CelType

REFERENCE = ReferenceEngine(VARIABLES)


def turned(value: Any) -> Any:
    """The same value with the entries of every map in it in the opposite order."""
    if isinstance(value, list):
        return [turned(item) for item in value]
    return {key: turned(value[key]) for key in reversed(value)} if isinstance(value, dict) else value


def same_outcome(one: Any, other: Any) -> bool:
    if isinstance(one, Failure) or isinstance(other, Failure):
        return isinstance(one, Failure) and isinstance(other, Failure)
    return alike(one, other)


def alike(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, CelType):
        return ours is theirs or bool(str(theirs).partition("<")[0].lower() == ours.name.removesuffix("_type"))
    if isinstance(theirs, bytearray):
        theirs = bytes(theirs)
    if type(ours) is not type(theirs):
        return False
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(alike, ours, theirs))
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(alike(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, float):
        return repr(ours) == repr(theirs)
    if isinstance(ours, str):
        # The sign of not-a-number is the processor's choice.
        return bool(ours.replace("-nan", "nan") == theirs.replace("-nan", "nan"))
    return bool(ours == theirs)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(text=st.sampled_from(KINDS).flatmap(lambda kind: expressions(kind, 3)), scope=scopes())
def test_the_reference_gives_the_same_value_or_both_an_error(text: str, scope: dict[str, Any]) -> None:
    try:
        expression = VOCABULARY.compile(text, "dyn")
    except ExpressionInvalid:
        event("refused")
        assert isinstance(REFERENCE.check(text), tuple), "refused, but the reference takes it"
        return
    succeeds, theirs = REFERENCE.evaluator(text)(scope)
    ours = expression.evaluate(scope)
    if not same_outcome(ours, expression.evaluate(turned(scope))):
        # CEL leaves the order of a map's keys open: ours is the body's, the reference's is arbitrary.
        event("depends on the order of keys")
        return
    event("value" if succeeds else "error")
    if isinstance(ours, Failure):
        assert not succeeds, f"{ours.message}, but the reference gives {theirs!r}"
        assert ours.roots <= {name.partition(".")[0] for name in expression.variables}
    elif not mixes_numbers(theirs):
        assert succeeds, f"{ours!r}, but the reference says {theirs}"
        assert alike(ours, theirs), f"{ours!r}, but the reference gives {theirs!r}"
    assert expression.variables <= set(VARIABLES)
