"""Answers held to schemas: ours beside python-jsonschema's dialects and, where it is installed, Ajv.

Run: python bench/schemas.py [--pairs 20000] [--seed 0] [--ajv FOLDER]. FOLDER is one in which
`npm install ajv ajv-formats ajv-draft-04` was run. Pairs of a schema and a value are drawn for OpenAPI 3.0 and 3.1;
ours goes the whole way, from an OpenAPI document to what is said of an answer. A breach of ours is "invalid"; a
surprise says that the dialect leaves it open, and then either word of another judge is right.

Every disagreement is explained in one place, the table EXPLAINED: it names what a judge has otherwise than the
standard, and how to take just that out of a pair. A disagreement counts as explained only where the judges agree once
that is taken out. What is left over is printed, and the exit code is 1.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from jsonschema import FormatChecker
from openapi_schema_validator import OAS30Validator, OAS31Validator, oas30_format_checker, oas31_format_checker

from troth.judging.shapes import Shape
from troth.loading.openapi.document import read_spec

DIALECTS = ("3.0", "3.1")
VERSIONS = {"3.0": "3.0.4", "3.1": "3.1.1"}
SCHEMAS_OF_A_DOCUMENT, VALUES_OF_A_SCHEMA = 100, 5
SHARED = ("A", "B", "C", "Tree")
TEXTS = (
    "", "a", "ab", "abc", "A1", "42", "a-b", "2026-01-02", "2026-01-02T03:04:05Z", "12:00:00", "12:00:00Z", "YQ==", "?",
    "x@example.com", "https://example.com/a", "/a", "123e4567-e89b-12d3-a456-426614174000", "1.2.3.4", "\u00e9",
    "\U0001f600", "a\rb", "yesterday",
)  # fmt: skip
NUMBERS = (0, 1, -1, 2, 3, 7, 10, 1.5, 2.0, -0.5, 0.1, 0.3, 2**31, 2**31 - 1, -(2**31) - 1, 2**63, 2**70, 1e39, 1e300)
NAMES = ("a", "b", "c", "id", "x-1")
PATTERNS = (r"^a", r"^[a-z]+$", r"\d", r"^.$", r"^\w{2,}$", r"^[\w-.]+$", r"^(?!a)", r"^\S*$", r"^[^]$")
FORMATS = {
    "string": ("date", "date-time", "byte", "uuid", "email", "uri", "time", "ipv4", "binary", "password", "phone"),
    "number": ("float", "double", "int32", "int64"),
}


@dataclass(frozen=True)
class Pair:
    """A schema, what it refers to, and a value."""

    dialect: str
    schema: Any
    shared: Mapping[str, Any]
    value: Any

    def text(self) -> str:
        """The pair as one line of JSON."""
        return json.dumps({"dialect": self.dialect, "schema": self.schema, "shared": self.shared, "value": self.value})


class Drawing:
    """Schemas and values of one dialect.

    Args:
        dialect: ``3.0`` or ``3.1``.
        chance: decides them.
    """

    def __init__(self, dialect: str, chance: Random) -> None:
        self.old = dialect == "3.0"
        self.chance = chance
        self.names: tuple[str, ...] = SHARED

    def shared(self) -> dict[str, Any]:
        """What schemas refer to: each may lead to those after it, and one leads back to itself by a property."""
        made: dict[str, Any] = {}
        for index, name in enumerate(SHARED[:3]):
            self.names = SHARED[index + 1 :]
            made[name] = self.schema(1)
        self.names = ("Tree",)
        properties = {"a": {"$ref": "#/components/schemas/Tree"}, "b": self._text(2)}
        self.names = SHARED
        return {**made, "Tree": {"type": "object", "properties": properties}}

    def schema(self, depth: int = 0) -> dict[str, Any]:
        """A schema; the deeper it stands, the plainer."""
        kinds = [self._text, self._number, self._number, self._boolean, self._enum, self._reference]
        if depth < 3:
            kinds += [self._list, self._object, self._object, self._made_of]
            kinds += [] if self.old else [self._condition, self._several_types]
        made = self.chance.choice(kinds)(depth + 1)
        if self.old and self._one_in(6) and "$ref" not in made:
            made["nullable"] = True
        return made

    def _one_in(self, count: int) -> bool:
        return self.chance.randrange(count) == 0

    def _some(self, words: Mapping[str, Callable[[], Any]], most: int) -> dict[str, Any]:
        names = self.chance.sample(sorted(words), self.chance.randint(0, min(most, len(words))))
        return {name: words[name]() for name in names}

    def _text(self, _depth: int) -> dict[str, Any]:
        words = {
            "minLength": lambda: self.chance.randint(0, 3),
            "maxLength": lambda: self.chance.randint(0, 4),
            "pattern": lambda: self.chance.choice(PATTERNS),
            "format": lambda: self.chance.choice(FORMATS["string"]),
        }
        return {"type": "string", **self._some(words, 2)}

    def _number(self, _depth: int) -> dict[str, Any]:
        def bound() -> float:
            return self.chance.choice(NUMBERS[:10])

        words: dict[str, Callable[[], Any]] = {
            "minimum": bound,
            "maximum": bound,
            "multipleOf": lambda: self.chance.choice((1, 2, 3, 0.5, 0.1)),
            "format": lambda: self.chance.choice(FORMATS["number"]),
            "exclusiveMinimum": (lambda: self._one_in(2)) if self.old else bound,
            "exclusiveMaximum": (lambda: self._one_in(2)) if self.old else bound,
        }
        return {"type": self.chance.choice(("integer", "number")), **self._some(words, 3)}

    def _boolean(self, _depth: int) -> dict[str, Any]:
        return {"type": "boolean" if self.old else self.chance.choice(("boolean", "null"))}

    def _enum(self, _depth: int) -> dict[str, Any]:
        values = [self.value() for _ in range(self.chance.randint(1, 3))]
        if not self.old and self._one_in(2):
            return {"const": values[0]}
        listed: dict[str, Any] = {"enum": [*values, None] if self._one_in(3) else values}
        return {"type": "string", **listed} if self._one_in(3) else listed

    def _reference(self, _depth: int) -> dict[str, Any]:
        beside = {} if self.old or not self._one_in(3) else {"minLength": 1}
        return {"$ref": f"#/components/schemas/{self.chance.choice(self.names)}", **beside}

    def _list(self, depth: int) -> dict[str, Any]:
        words: dict[str, Callable[[], Any]] = {
            "minItems": lambda: self.chance.randint(0, 2),
            "maxItems": lambda: self.chance.randint(0, 3),
            "uniqueItems": lambda: True,
        }
        if not self.old:
            words["contains"] = lambda: self.schema(depth)
            words["prefixItems"] = lambda: [self.schema(depth)]
            words["unevaluatedItems"] = lambda: False
        return {"type": "array", "items": self.schema(depth), **self._some(words, 2)}

    def _object(self, depth: int) -> dict[str, Any]:
        words: dict[str, Callable[[], Any]] = {
            "required": lambda: self.chance.sample(NAMES, self.chance.randint(1, 2)),
            "additionalProperties": lambda: self.chance.choice((True, False, self.schema(depth))),
            "minProperties": lambda: self.chance.randint(0, 2),
            "maxProperties": lambda: self.chance.randint(0, 3),
        }
        if not self.old:
            words["patternProperties"] = lambda: {self.chance.choice(PATTERNS[:3]): self.schema(depth)}
            words["propertyNames"] = lambda: {"maxLength": self.chance.randint(1, 3)}
            words["dependentRequired"] = lambda: {"a": ["b"]}
            words["unevaluatedProperties"] = lambda: False
        properties = {name: self.schema(depth) for name in self.chance.sample(NAMES, self.chance.randint(0, 3))}
        return {"type": "object", "properties": properties, **self._some(words, 2)}

    def _made_of(self, depth: int) -> dict[str, Any]:
        keyword = self.chance.choice(("allOf", "anyOf", "oneOf", "not"))
        if keyword == "not":
            return {"not": self.schema(depth)}
        made: dict[str, Any] = {keyword: [self.schema(depth) for _ in range(self.chance.randint(1, 3))]}
        return {"type": "object", **made} if self._one_in(4) else made

    def _condition(self, depth: int) -> dict[str, Any]:
        return {"if": self.schema(depth), "then": self.schema(depth), "else": self.schema(depth)}

    def _several_types(self, _depth: int) -> dict[str, Any]:
        return {"type": self.chance.sample(["string", "integer", "null", "object", "array", "boolean"], 2)}

    def value(self, depth: int = 0) -> Any:
        """Any value."""
        kind = self.chance.randrange(9 if depth < 2 else 6)
        if kind < 2:
            return self.chance.choice(TEXTS)
        if kind < 4:
            return self.chance.choice(NUMBERS)
        if kind < 6:
            return self.chance.choice((True, False, None))
        if kind == 6:
            return [self.value(depth + 1) for _ in range(self.chance.randint(0, 3))]
        names = self.chance.sample(NAMES, self.chance.randint(0, 3))
        return {name: self.value(depth + 1) for name in names}

    def fitting(self, schema: Any, shared: Mapping[str, Any], depth: int = 0) -> Any:
        """A value that goes along with a schema for a while."""
        if not isinstance(schema, dict) or depth > 4 or self._one_in(6):
            return self.value(depth)
        if "$ref" in schema:
            return self.fitting(shared[schema["$ref"].rpartition("/")[2]], shared, depth + 1)
        for keyword in ("allOf", "anyOf", "oneOf"):
            if keyword in schema:
                return self.fitting(self.chance.choice(schema[keyword]), shared, depth + 1)
        if "enum" in schema or "const" in schema:
            return self.chance.choice(schema.get("enum", [schema.get("const")]))
        kind = schema.get("type")
        kind = self.chance.choice(kind) if isinstance(kind, list) else kind
        if kind == "object":
            names = [name for name in schema.get("properties", {}) if not self._one_in(4)]
            names += [name for name in schema.get("required", ()) if name not in names]
            return {name: self.fitting(schema.get("properties", {}).get(name), shared, depth + 1) for name in names}
        if kind == "array":
            return [self.fitting(schema.get("items"), shared, depth + 1) for _ in range(self.chance.randint(0, 3))]
        if kind in ("integer", "number"):
            return self.chance.choice(NUMBERS)
        return self.chance.choice(TEXTS) if kind == "string" else self.value(depth)


def pairs_of(dialect: str, count: int, seed: int) -> Iterator[list[Pair]]:
    """Pairs, those of one document together."""
    drawing = Drawing(dialect, Random(f"{seed}/{dialect}"))
    while count > 0:
        shared = drawing.shared()
        pairs = []
        for _ in range(SCHEMAS_OF_A_DOCUMENT):
            schema = drawing.schema()
            pairs += [Pair(dialect, schema, shared, drawing.fitting(schema, shared)) for _ in range(VALUES_OF_A_SCHEMA)]
        yield pairs[:count]
        count -= len(pairs)


KEPT, OPEN, BROKEN = "kept", "open", "broken"


def ours(pairs: Sequence[Pair]) -> list[str]:
    """What Troth says of each: pairs of one document."""
    paths = {
        f"/p{index}": {"get": {"responses": {"200": {"content": {"application/json": {"schema": pair.schema}}}}}}
        for index, pair in enumerate(pairs)
    }
    document = {"openapi": VERSIONS[pairs[0].dialect], "paths": paths, "components": {"schemas": pairs[0].shared}}
    operations = read_spec(json.dumps(document).encode(), "bench", "bench.json").operations
    words = []
    for index, pair in enumerate(pairs):
        (media,) = operations[f"GET /p{index}"].responses["200"].content
        departures = Shape(True if media.schema is None else media.schema, media.strict).departures(pair.value, 5)
        broken = any(each.basis is None for each in departures)
        words.append(BROKEN if broken else OPEN if departures else KEPT)
    return words


def python_jsonschema(pairs: Sequence[Pair]) -> list[str]:
    """What the dialects of python-jsonschema say (openapi-schema-validator)."""
    made = OAS30Validator if pairs[0].dialect == "3.0" else OAS31Validator
    checker: FormatChecker = oas30_format_checker if made is OAS30Validator else oas31_format_checker
    words = []
    for pair in pairs:
        whole = {"allOf": [pair.schema], "components": {"schemas": pair.shared}}
        try:
            valid = made(whole, format_checker=checker).is_valid(pair.value)
        except Exception as error:  # noqa: BLE001 - whatever it falls over is its word
            words.append(f"cannot: {type(error).__name__}")
            continue
        words.append(KEPT if valid else BROKEN)
    return words


AJV = r"""
import {createInterface} from 'node:readline';
import {createRequire} from 'node:module';
const require = createRequire(process.argv[2] + '/');
const formats = require('ajv-formats');
const classes = {'3.0': require('ajv-draft-04').default, '3.1': require('ajv/dist/2020').default};
for await (const line of createInterface({input: process.stdin})) {
  const {dialect, schema, shared, value} = JSON.parse(line);
  try {
    const ajv = new classes[dialect]({strict: false, validateSchema: false, logger: false});
    formats.default(ajv);
    const valid = ajv.compile({allOf: [schema], components: {schemas: shared}})(value);
    console.log(valid ? 'kept' : 'broken');
  } catch (error) { console.log('cannot: ' + String(error.message).slice(0, 60).replaceAll('\n', ' ')); }
}
"""


class Ajv:
    """What Ajv says, by way of one process of Node.

    Args:
        folder: where Ajv is installed.
    """

    def __init__(self, folder: str) -> None:
        script = Path(folder) / "judge.mjs"
        script.write_text(AJV)
        command = ["node", str(script), folder]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, pairs: Sequence[Pair]) -> list[str]:
        """What it says of each."""
        return list(map(self._judge, pairs))

    def _judge(self, pair: Pair) -> str:
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answered is not None
        asked.write(pair.text() + "\n")
        asked.flush()
        return answered.readline().strip()


def without(*keywords: str) -> Callable[[Any], Any]:
    """Takes keywords out of a schema, wherever they stand."""
    return lambda schema: _walked(schema, lambda node: {key: node[key] for key in node if key not in keywords})


def without_format(*names: str) -> Callable[[Any], Any]:
    """Takes formats out of a schema."""
    return lambda schema: _walked(schema, lambda node: _less(node, "format") if node.get("format") in names else node)


def without_patterns(*patterns: str) -> Callable[[Any], Any]:
    """Takes patterns out of a schema."""
    return lambda schema: _walked(
        schema, lambda node: _less(node, "pattern") if node.get("pattern") in patterns else node
    )


def _less(node: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name != key}


def _walked(schema: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    if isinstance(schema, list):
        return [_walked(each, change) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = ("enum", "const")
    return {key: value if key in kept else _walked(value, change) for key, value in change(schema).items()}


@dataclass(frozen=True)
class Explanation:
    """Why a judge may say something else, and what it has to do with."""

    judge: str
    dialects: tuple[str, ...]
    reason: str
    schema: Callable[[Any], Any] = field(default=lambda schema: schema)
    value: Callable[[Any], Any] = field(default=lambda value: value)

    def applied(self, pair: Pair) -> Pair:
        """The pair without what the explanation speaks of."""
        return Pair(pair.dialect, self.schema(pair.schema), self.schema(pair.shared), self.value(pair.value))


def _plain_numbers(value: Any) -> Any:
    """The value without whole numbers that are written as fractions."""
    if isinstance(value, float) and value.is_integer():
        return int(value) if abs(value) < 1e15 else 10**15
    if isinstance(value, list):
        return [_plain_numbers(each) for each in value]
    return {key: _plain_numbers(each) for key, each in value.items()} if isinstance(value, dict) else value


def _bounded(schema: Any) -> Any:
    """Takes exclusive bounds out that have no bound beside them."""
    pairs = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))
    return _walked(
        schema,
        lambda node: {
            key: value for key, value in node.items() if all(key != flag or bound in node for flag, bound in pairs)
        },
    )


def _typed_nullable(schema: Any) -> Any:
    """Takes ``nullable`` out where no type stands beside it."""
    return _walked(schema, lambda node: node if "type" in node else _less(node, "nullable"))


PYTHON, NODE = "python-jsonschema", "ajv"
EXPLAINED: tuple[Explanation, ...] = (
    Explanation(
        PYTHON,
        ("3.0",),
        "2.0 is no integer to it, by the letter of OpenAPI 3.0 (Wright 00: no fraction); ours has it as 3.1 does",
        value=_plain_numbers,
    ),
    Explanation(
        PYTHON,
        DIALECTS,
        "multipleOf by the remainder of doubles: 0.3 is no multiple of 0.1, and 1e300 is one of 3; ours takes decimals",
        schema=without("multipleOf"),
    ),
    Explanation(
        PYTHON,
        DIALECTS,
        "numbers written as fractions have no range to it: float, double, int32 of 1e300 (OAS Format Registry)",
        schema=without_format("float", "double", "int32", "int64"),
    ),
    Explanation(
        PYTHON,
        ("3.1",),
        "does not know the format uri without a further package, and takes a time without its zone",
        schema=without_format("uri", "time"),
    ),
    Explanation(
        PYTHON,
        ("3.0",),
        "falls over text beyond ASCII where the format is byte",
        schema=without_format("byte"),
    ),
    Explanation(
        NODE,
        DIALECTS,
        "float and double have no range to it, and int32 and int64 are whole numbers beside type: number too",
        schema=without_format("float", "double", "int32", "int64"),
    ),
    Explanation(
        PYTHON,
        DIALECTS,
        "patterns are Python's: [^] and [\\w-.] are errors, . takes a carriage return, \\d and \\w take all scripts",
        schema=without_patterns(*PATTERNS),
    ),
    Explanation(NODE, ("3.0",), "refuses a boolean exclusive bound without the bound", schema=_bounded),
    Explanation(NODE, ("3.0",), "refuses nullable without a type beside it", schema=_typed_nullable),
    Explanation(
        NODE,
        DIALECTS,
        "multipleOf by the quotient of doubles: 0.3 is no multiple of 0.1, 1e300 none of 2, and 2**63 is one of 3",
        schema=without("multipleOf"),
    ),
    Explanation(
        NODE,
        ("3.1",),
        "an empty list contains what is asked for, beside items and prefixItems (2020-12, 10.3.1.3: it must not)",
        schema=without("contains"),
    ),
    Explanation(
        NODE,
        DIALECTS,
        "patterns have the u flag: [\\w-.] is an error",
        schema=without_patterns(r"^[\w-.]+$"),
    ),
)


def explained(pair: Pair, name: str, judge: Callable[[Sequence[Pair]], list[str]]) -> str:
    """The reason for which a judge disagrees with ours on a pair; ``""`` where none of the table's is enough."""
    usable = [each for each in EXPLAINED if each.judge == name and pair.dialect in each.dialects]
    for explanation in usable:
        changed = explanation.applied(pair)
        if changed.text() != pair.text() and agree(ours([changed])[0], judge([changed])[0]):
            return explanation.reason
    changed = pair
    for explanation in usable:
        changed = explanation.applied(changed)
    if changed.text() != pair.text() and agree(ours([changed])[0], judge([changed])[0]):
        return "several of these together"
    return ""


def agree(word: str, theirs: str) -> bool:
    """Whether two words are the same; where ours says that the dialect leaves it open, any word is."""
    return word in (OPEN, theirs)


def compare(pairs: int, seed: int, ajv_folder: str = "") -> int:
    """Judge, print what came of it, and say how many disagreements nobody explains."""
    judges: dict[str, Callable[[Sequence[Pair]], list[str]]] = {PYTHON: python_jsonschema}
    if ajv_folder:
        judges[NODE] = Ajv(ajv_folder)
    left_over = 0
    for dialect in DIALECTS:
        words: Counter[str] = Counter()
        reasons: dict[str, Counter[str]] = {name: Counter() for name in judges}
        for batch in pairs_of(dialect, pairs, seed):
            said = ours(batch)
            words.update(said)
            for name, judge in judges.items():
                for pair, word, theirs in zip(batch, said, judge(batch), strict=True):
                    if agree(word, theirs):
                        continue
                    reason = explained(pair, name, judge)
                    reasons[name][reason or "NOT EXPLAINED"] += 1
                    if not reason:
                        left_over += 1
                        print(f"{dialect}: ours {word}, {name} {theirs}: {pair.text()}")
        print(
            f"OpenAPI {dialect}: {pairs:,} pairs, ours: " + ", ".join(f"{words[w]:,} {w}" for w in (KEPT, OPEN, BROKEN))
        )
        for name, counted in reasons.items():
            print(f"  {name}: {counted.total():,} disagreements")
            for reason, count in counted.most_common():
                print(f"    {count:>6,}  {reason}")
    return left_over


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=20_000, help="pairs of each dialect")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--ajv", default="", metavar="FOLDER", help="where Ajv is installed")
    options = parser.parse_args()
    return 1 if compare(options.pairs, options.seed, options.ajv) else 0


if __name__ == "__main__":
    sys.exit(main())
