"""Any value comes out as what it was, every text in it cleaned: no field, no key and no depth is passed by."""

import dataclasses
import types
from collections import Counter, OrderedDict, namedtuple
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.drift.differences import DriftReport
from troth.errors import CannotJudge, InputInvalid, Position, Problem, UsageInvalid
from troth.model.constants import Constant
from troth.model.exchange import Exchange, Request, Response
from troth.model.report import Finding, Report, Reported
from troth.secrets.redactor import Redactor
from troth.session.events import Answered, Counted, FindingMet, ItemEnded, Unrecorded
from troth.strength.measurement import StrengthReport
from troth.wire.bodies import MAX_DEPTH
from troth.wire.codings import coded

SECRET = "canary-0f1e2d3c"
REDACTOR = Redactor({SECRET: "KEY"})
Pair = namedtuple("Pair", "left right")


class Word(StrEnum):
    SECRET = SECRET


@dataclass(frozen=True, slots=True)
class Inner:
    text: str
    data: bytes = b""
    constant: Constant = SECRET


@dataclass
class Outer:
    inner: Inner
    by_name: Mapping[str, object]
    computed: str = field(init=False, default=SECRET)

    def __post_init__(self) -> None:
        if "<KEY>" in str(self.by_name):
            raise ValueError("a constructor that checks what was cleaned")


class Line(msgspec.Struct, frozen=True, tag="line"):
    text: str
    inner: Inner
    constant: Constant = SECRET


class Opaque:
    def __str__(self) -> str:
        return f"opaque {SECRET}"


class Refusing:
    def __str__(self) -> str:
        raise RuntimeError(SECRET)


CLEANED: list[tuple[object, object]] = [
    (SECRET, "<KEY>"),
    (SECRET.encode(), b"<KEY>"),
    (bytearray(SECRET.encode()), bytearray(b"<KEY>")),
    ([SECRET, 1], ["<KEY>", 1]),
    ((SECRET, None), ("<KEY>", None)),
    (Pair(SECRET, "b"), Pair("<KEY>", "b")),
    ({SECRET, "b"}, {"<KEY>", "b"}),
    (frozenset((SECRET,)), frozenset(("<KEY>",))),
    ({SECRET: {"a": (SECRET,)}}, {"<KEY>": {"a": ("<KEY>",)}}),
    (OrderedDict(a=SECRET), OrderedDict(a="<KEY>")),
    (Counter({SECRET: 3}), Counter({"<KEY>": 3})),
    (Path("/srv") / SECRET / "a", Path("/srv/<KEY>/a")),
    (Inner(SECRET, SECRET.encode()), Inner("<KEY>", b"<KEY>", SECRET)),
    (Line(SECRET, Inner(SECRET)), Line("<KEY>", Inner("<KEY>"))),
    (Request("GET", SECRET, ((SECRET, SECRET),)), Request("GET", "<KEY>", (("<KEY>", "<KEY>"),))),
    (Opaque(), "opaque <KEY>"),
    (Refusing(), "Refusing"),
]


@pytest.mark.parametrize(("value", "expected"), CLEANED, ids=[type(value).__name__ for value, _ in CLEANED])
def test_every_text_is_cleaned_and_the_type_stays(value: object, expected: object) -> None:
    clean = REDACTOR.clean(value)
    assert clean == expected
    assert type(clean) is type(expected)
    assert REDACTOR.clean(clean) == clean


def test_views_of_mappings_stay_views() -> None:
    clean = REDACTOR.clean(MappingProxyType({"a": SECRET}))
    assert isinstance(clean, MappingProxyType)
    assert clean["a"] == "<KEY>"


def test_no_constructor_is_run_again() -> None:
    clean = REDACTOR.clean(Outer(Inner("a"), {"key": SECRET}))
    assert (clean.by_name, clean.computed) == ({"key": "<KEY>"}, "<KEY>")


@pytest.mark.parametrize("value", ["a", b"a", 1, 1.5, None, True, date(2026, 1, 1), Word.SECRET, Inner, (), [], {}])
def test_what_holds_no_secret_is_given_back_itself(value: object) -> None:
    assert REDACTOR.clean(value) is value
    holder = Inner("a", b"b")
    nested = {"a": [holder, (value,)]}
    assert REDACTOR.clean(nested) is nested


def test_errors_are_cleaned_and_stay_what_they_are() -> None:
    invalid = REDACTOR.clean(InputInvalid([Problem(Position("a.yaml", 1, 2, SECRET), f"bad {SECRET}", SECRET)]))
    assert isinstance(invalid, InputInvalid)
    assert SECRET not in str(invalid) + repr(invalid.problems)
    assert invalid.exit_code == 2
    for error in (UsageInvalid(SECRET), CannotJudge(f"no {SECRET}"), KeyError(SECRET), ValueError("a", SECRET, 1)):
        clean = REDACTOR.clean(error)
        assert type(clean) is type(error)
        assert SECRET not in str(clean)
    try:
        raise RuntimeError(SECRET) from KeyError(SECRET)
    except RuntimeError as error:
        clean = REDACTOR.clean(error)
    assert SECRET not in repr(clean) + repr(clean.__cause__)
    assert clean.__traceback__ is None


@pytest.mark.parametrize("depth", [MAX_DEPTH - 1, MAX_DEPTH + 1, 5_000])
def test_a_tree_of_any_depth_is_cleaned_or_cut(depth: int) -> None:
    value: object = SECRET
    for _ in range(depth):
        value = [value, SECRET]
    clean: Any = REDACTOR.clean(value)
    while isinstance(clean, list):
        assert clean[1] == "<KEY>"
        clean = clean[0]
    assert clean == ("<KEY>" if depth < MAX_DEPTH else "…")


def test_a_circle_ends() -> None:
    circle: list[object] = [SECRET]
    circle.append(circle)
    assert SECRET not in repr(REDACTOR.clean(circle))


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.binary() | st.sampled_from([SECRET, SECRET.encode()]),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text() | st.just(SECRET), inner)
        | st.tuples(inner, inner)
        | st.builds(Inner, st.text() | st.just(SECRET), st.binary() | st.just(SECRET.encode()), st.just("constant"))
        | st.builds(Line, st.just(SECRET), st.builds(Inner, st.text(), constant=st.just("c")), st.just("constant"))
    ),
    max_leaves=12,
)


@given(VALUES)
def test_no_value_keeps_a_secret(value: object) -> None:
    clean = REDACTOR.clean(value)
    assert type(clean) is type(value)
    assert SECRET not in repr(clean)


KNOWN = (str, bytes, int, float, bool, type(None), date)


def _leaves(hint: object, seen: set[object]) -> set[object]:
    """Every class that a value of a type may be made of."""
    if hint in seen:
        return set()
    seen.add(hint)
    origin = get_origin(hint)
    if origin is not None or isinstance(hint, types.UnionType):
        parts = {leaf for part in get_args(hint) for leaf in _leaves(part, seen)}
        return parts if origin in (Union, types.UnionType) else parts | {origin}
    if dataclasses.is_dataclass(hint) or (isinstance(hint, type) and issubclass(hint, msgspec.Struct)):
        hints = get_type_hints(hint)
        return {hint} | {leaf for part in hints.values() for leaf in _leaves(part, seen)}
    return {hint}


@pytest.mark.parametrize(
    "cls", [Report, DriftReport, StrengthReport, Counted, Answered, FindingMet, Unrecorded, ItemEnded]
)
def test_whatever_is_written_is_made_of_types_that_are_walked(cls: type) -> None:
    """A field of a new type fails here until the redactor knows how to walk it."""
    for leaf in _leaves(cls, set()) - {Ellipsis}:
        assert isinstance(leaf, type), leaf
        walked = dataclasses.is_dataclass(leaf) or issubclass(leaf, (msgspec.Struct, StrEnum, tuple, list, Mapping))
        assert walked or issubclass(leaf, KNOWN), leaf


def test_constants_are_few_and_known() -> None:
    """Fields that are left alone hold what Troth's own code wrote; each new one is a decision."""
    constants = {
        (cls.__name__, name)
        for cls in (Finding, Reported, Report, DriftReport, Exchange, Response, *_classes())
        for name, hint in get_type_hints(cls, include_extras=True).items()
        if hint == Constant
    }
    assert constants == {
        ("Finding", "code"),
        ("Reported", "severity"),
        ("ItemResult", "source"),
        ("RunFacts", "target_kind"),
    }


def _classes() -> set[type]:
    found: set[object] = set()
    for cls in (Report, DriftReport, StrengthReport, FindingMet, ItemEnded):
        found |= _leaves(cls, set())
    return {leaf for leaf in found if isinstance(leaf, type) and dataclasses.is_dataclass(leaf)}


@pytest.mark.parametrize("names", [("gzip",), ("deflate", "gzip")])
def test_what_stands_below_a_content_coding_is_cleaned(names: tuple[str, ...]) -> None:
    headers = (("Content-Type", "application/json"), ("Content-Encoding", ", ".join(names)))
    body = coded(headers, f'{{"token": "{SECRET}"}}'.encode())
    exchange = Exchange(Request("POST", "https://x.example/", headers, body), Response(200, headers, body))
    cleaned = REDACTOR.clean(exchange)
    assert cleaned.request.body == cleaned.answer.body == b'{"token": "<KEY>"}'
    assert "Content-Encoding" not in dict(cleaned.answer.headers)
    unknown = REDACTOR.clean(Response(200, (("Content-Encoding", "rot13"),), b"pnanel"))
    assert unknown.body.startswith(b"(6 bytes: the body is in a content coding that cannot be undone here")
