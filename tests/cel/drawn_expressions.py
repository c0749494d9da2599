"""Random expressions over random bodies, likely to be of one piece."""

import math
import re
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from troth.cel.expressions import ValueKind, Vocabulary

VARIABLES: dict[str, ValueKind] = {
    "login.ours": "bool",
    "response.status": "int",
    "response.body": "dyn",
    "response.text": "string",
    "response.items": "list",
    "request.query": "map",
    "took": "double",
    "before.response.body": "dyn",
}
VOCABULARY = Vocabulary(VARIABLES)

FIELDS = ("a", "b", "user", "content-type")
# No NUL and no surrogates: the reference's binding cannot carry them, ours can.
TEXTS = st.one_of(
    st.sampled_from(
        ("", "a", "b", "abc", "user", "é🙂", "1", "-7", " 12 ", "1.5", "true", "Thu, 30 Oct 2015 11:11:58 0100")
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
)
INTS = st.one_of(st.integers(-3, 5), st.sampled_from((2**53 + 1, 2**63 - 1, -(2**63))))
DOUBLES = st.one_of(st.sampled_from((0.0, -0.0, 1.0, 1.5, -2.0, 1e300, math.nan, math.inf, float(2**53))), st.floats())
SCALARS = st.one_of(st.none(), st.booleans(), INTS, DOUBLES, TEXTS)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)
MAPS = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4)


def quoted(text: str) -> str:
    return "'" + "".join(f"\\U{ord(character):08x}" for character in text) + "'"


def written(value: Any) -> str:
    """A scalar as a literal of CEL."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, float):
        if math.isfinite(value):
            text = repr(value)
            return text if "e" not in text or "." in text else text.replace("e", ".0e")
        return f"double('{value}')"
    return str(value)


LITERALS: dict[str, SearchStrategy[str]] = {
    "bool": st.booleans().map(written),
    "int": INTS.map(written),
    "double": DOUBLES.map(written),
    "string": TEXTS.map(written),
    "list": st.lists(SCALARS.map(written), max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    "map": st.dictionaries(st.sampled_from(FIELDS), SCALARS.map(written), max_size=1).map(
        lambda pairs: "{" + ", ".join(f"{quoted(key)}: {value}" for key, value in pairs.items()) + "}"
    ),
    "any": SCALARS.map(written),
}
NAMES: dict[str, tuple[str, ...]] = {
    "bool": ("login.ours",),
    "int": ("response.status", "response.body.a"),
    "double": ("took",),
    "string": ("response.text", "response.body.b"),
    "list": ("response.items", "request.query.a"),
    "map": ("request.query", "response.body", "before.response.body", "response.body.user"),
    "any": ("response.body", "response.body.user.b", "response.items[0]", "request.query.`content-type`"),
}
# What gives a value of a kind, out of parts of kinds: {bool} is an expression that is likely to be a bool. A loop's
# {VAR} is its variable, which the parts after it may use.
SHAPES: dict[str, tuple[str, ...]] = {
    "bool": (
        *(f"{{int}} {sign} {{int}}" for sign in ("<", "<=", ">", ">=", "==")),
        *("{int} < {double}", "{double} >= {int}", "{string} < {string}", "{string} == {string}", "{double} == {int}"),
        *("{any} == {any}", "{any} != {any}", "{list} == {list}", "{map} == {map}", "{any} == null", "{any} != 'a'"),
        *("{bool} && {bool}", "{bool} || {bool}", "{bool} && {bool} && {bool}", "!{bool}", "{any} == {KNOWN}"),
        *(
            "{{'a': {any}, 'b': {any}}} == {map}",
            "{KNOWN} == {any}",
            "{int} > {KNOWN}",
            "{any} in ['a', 'b', 'user']",
            "{any} in {list}",
            "{string} in {map}",
        ),
        *("has({map}.a)", "has({map}.user.b)", "{string}.contains({string})", "{string}.startsWith({string})"),
        *("{string}.endsWith({string})", "bool({string})", "{list}.all({VAR}, {bool})", "{list}.exists({VAR}, {bool})"),
        *("{list}.exists_one({VAR}, {bool})", "{map}.all({VAR}, {bool})", "{map}.exists({VAR}, {VAR} in {map})"),
        *("type({any}) == {TYPE}", "distinct({list})", "is_sorted({list}, 'asc')", "is_sorted({list}, {string})"),
        *("same_except({map}, {map}, ['a', 'user.b'])", "{string}.matches({string})", "{string}.matches('^[a-z]*$')"),
    ),
    "int": (
        *(f"{{int}} {sign} {{int}}" for sign in "+-*/%"),
        *("-{int}", "size({string})", "size({list})", "{map}.size()", "int({double})", "int({string})", "{list}[0]"),
        *("rfc2822({string})", "int({bool})", "size(bytes({string}))"),
    ),
    "double": (*(f"{{double}} {sign} {{double}}" for sign in "+-*/"), "-{double}", "double({int})", "double({string})"),
    "string": ("{string} + {string}", "string({any})", "string({double})", "string({int})", "string(bytes({string}))"),
    "list": (
        *("[{any}, {any}]", "{list} + {list}", "{list}.map({VAR}, {any})", "{list}.filter({VAR}, {bool})"),
        *("{list}.map({VAR}, {bool}, {any})", "keys({map})", "{map}.filter({VAR}, {bool})", "[{list}, {map}]"),
    ),
    "map": ("{{'a': {any}}}", "{{string({string}): {any}}}", "{map}.user", "{list}[{int}]", "{{'user': {map}}}"),
    "any": (
        "{map}[{string}]",
        "{map}.a",
        "{list}[{int}]",
        "{list}[{double}]",
        "dyn({any})",
        "{list}[1].a",
        "{{'a': {any}, 'b': {any}}}.b",
    ),
}
TYPES = ("null_type", "bool", "int", "double", "string", "bytes", "list", "map", "type")
KINDS = tuple(SHAPES)
_PART = re.compile(r"\{(\w+)\}")


@st.composite
def expressions(draw: DrawFn, kind: str, depth: int, bound: tuple[str, ...] = ()) -> str:
    """An expression that is likely to give this kind, of parts that the type check cannot tell apart."""
    if draw(st.integers(0, 11)) == 0:
        kind = draw(st.sampled_from(KINDS))
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        names = NAMES[kind] + bound
        return f"dyn({draw(st.sampled_from(names) if draw(st.booleans()) else LITERALS[kind])})"
    shape = draw(st.sampled_from((*SHAPES[kind], "{bool} ? {" + kind + "} : {" + kind + "}")))
    variables = list(bound)

    def part(match: re.Match[str]) -> str:
        if match[1] == "VAR":
            if len(variables) == len(bound):
                variables.append(f"v{len(bound)}")
            return variables[-1]
        if match[1] == "TYPE":
            return draw(st.sampled_from(TYPES))
        if match[1] == "KNOWN":
            return draw(SCALARS.filter(lambda value: value is not None).map(written))
        return draw(expressions(match[1], depth - 1, tuple(variables)))

    return f"dyn({_PART.sub(part, shape).replace('{{', '{').replace('}}', '}')})"


@st.composite
def scopes(draw: DrawFn) -> dict[str, Any]:
    """Values of the variables, of the kinds that are declared; one may be missing."""
    body = st.fixed_dictionaries({"a": INTS | JSON, "b": TEXTS | JSON, "user": MAPS | JSON}) | MAPS | JSON
    scope = {
        "login.ours": draw(st.booleans()),
        "response.status": draw(INTS),
        "response.body": draw(body),
        "response.text": draw(TEXTS),
        "response.items": draw(st.lists(JSON, max_size=4) | st.lists(INTS, max_size=4) | st.lists(MAPS, max_size=3)),
        "request.query": draw(MAPS),
        "took": draw(DOUBLES),
        "before.response.body": draw(body),
    }
    if draw(st.integers(0, 9)) == 0:
        del scope[draw(st.sampled_from(sorted(VARIABLES)))]
    return scope


def mixes_numbers(complaint: object) -> bool:
    """Whether the reference only misses an operator between a whole number and a fraction, which JSON does not part."""
    overload = re.search(r"_[-+*/%]_\((int64, double|double, int64)\)", str(complaint))
    return overload is not None
