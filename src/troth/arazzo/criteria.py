"""Criteria of workflow steps: simple, regex, JSONPath, XPath and CEL. They fail closed, with the reason."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError

from troth.arazzo.values import Missing, Moment, operand_value, value_of
from troth.cel.expressions import ExpressionInvalid, Failure, ValueKind, Vocabulary
from troth.errors import Position, Problem
from troth.judging.decisions import show
from troth.judging.scope import ScopeMaker
from troth.model.facts import Facts
from troth.model.workflow import Comparison, Condition, Criterion, Logic, RuntimeExpression, Selector
from troth.wire.bodies import Unreadable
from troth.wire.xpath import compile_xpath

VARIABLES: Mapping[str, ValueKind] = {
    "request.method": "string",
    "request.target": "string",
    "request.path": "dyn",
    "request.query": "dyn",
    "request.params": "dyn",
    "request.headers": "dyn",
    "request.header_lines": "dyn",
    "request.body": "dyn",
    "request.xml": "dyn",
    "request.soap": "dyn",
    "response.status": "int",
    "response.headers": "dyn",
    "response.header_lines": "dyn",
    "response.media_type": "string",
    "response.body": "dyn",
    "response.text": "string",
    "response.xml": "dyn",
    "response.soap": "dyn",
    "inputs": "dyn",
    "steps": "dyn",
}
"""What a criterion in CEL may name: the step's exchange, the workflow's inputs, and ``steps["create"].user_token``."""

_CEL_STEP = re.compile(r"""\bsteps(?:\[["']([^"']+)["']\]|\.(\w+))""")
_JSONPATH = JSONPathEnvironment(strict=True)
_VOCABULARY = Vocabulary(VARIABLES)


@dataclass(frozen=True, slots=True)
class Unmet:
    """Why a criterion does not hold."""

    message: str
    answered: str = ""
    undecided: bool = False
    """Something that it names stands for nothing, so that its contrary does not hold either."""


Check = Callable[[Moment], Unmet | None]
"""A criterion ready to be held against a moment; None where it holds."""
Take = Callable[[Moment], object]


class CriterionInvalid(ValueError):
    """A criterion or selector that cannot be used.

    Args:
        problems: each with its place.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def cel_steps(text: str) -> frozenset[str]:
    """The steps that a criterion in CEL names, as ``steps["create"]`` or ``steps.create``."""
    return frozenset(quoted or plain for quoted, plain in _CEL_STEP.findall(text))


def compile_criterion(criterion: Criterion) -> Check:
    """A criterion, ready to be held against steps.

    Raises:
        CriterionInvalid: it is malformed.
    """
    if criterion.kind == "simple" and criterion.condition is not None:
        return partial(_simple, criterion.condition)
    if criterion.kind == "cel":
        return _cel(criterion)
    if criterion.context is None:
        raise CriterionInvalid(Problem(criterion.position, "the criterion has no context"))
    if criterion.kind == "regex":
        return partial(_regex, _pattern(criterion.text, criterion.position), criterion.context)
    select = _selection(criterion.kind, criterion.text, criterion.position)
    return partial(_selected, select, criterion.context)


def compile_selector(selector: Selector) -> Take:
    """What takes an output by JSONPath, XPath or a regular expression: the value selected, or a list of several.

    Raises:
        CriterionInvalid: the selector is malformed.
    """
    select = _selection(selector.kind, selector.selector, selector.position)

    def take(moment: Moment) -> object:
        selected = select(selector.context, moment)
        if selected is None or selected == []:
            raise Missing(f"{selector.selector} selects nothing in {selector.context.text}")
        return selected[0] if isinstance(selected, list) and len(selected) == 1 else selected

    return take


def _selection(kind: str, text: str, position: Position) -> Callable[[RuntimeExpression, Moment], object]:
    if kind == "xpath":
        try:
            return partial(_by_xpath, compile_xpath(text))
        except ValueError as error:
            raise CriterionInvalid(Problem(position, f"not XPath 1.0: {error}")) from error
    if kind == "regex":
        return partial(_by_regex, _pattern(text, position))
    try:
        query = _JSONPATH.compile(text)
    except JSONPathError as error:
        offset = 0 if error.token is None else max(error.token.index, 0)
        message = str(error).partition("\n")[0]
        raise CriterionInvalid(_at(position, offset, f"not JSONPath (RFC 9535): {message}")) from error

    def by_path(context: RuntimeExpression, moment: Moment) -> object:
        value = value_of(context, moment)
        if not isinstance(value, Mapping | list):
            raise Missing(f"{context.text} is {show(value)}, neither an object nor a list")
        # The specification's own example asks a filter right under the root of an object about the object itself.
        about = [value] if isinstance(value, Mapping) and text.startswith("$[?") else value
        return list(query.findall(about))

    return by_path


def _pattern(text: str, position: Position) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise CriterionInvalid(_at(position, error.pos or 0, f"not a regular expression: {error.msg}")) from error


def _by_regex(pattern: re.Pattern[str], context: RuntimeExpression, moment: Moment) -> object:
    value = value_of(context, moment)
    if isinstance(value, Mapping | list) or value is None:
        raise Missing(f"{context.text} is no text")
    match = pattern.search(str(value))
    return match[0] if match else None


def _by_xpath(select: Callable[[bytes], object], context: RuntimeExpression, moment: Moment) -> object:
    asked = moment.asked
    whole = context.root == "response" and context.part == "body" and asked is not None and asked.response is not None
    if whole and asked is not None and asked.response is not None:
        below = asked.response.content
        selected = below if isinstance(below, Unreadable) else select(below)
    else:
        selected = select(str(value_of(context, moment)).encode())
    if isinstance(selected, Unreadable):
        raise Missing(f"{context.text} {selected.reason}")
    return selected


def _selected(
    select: Callable[[RuntimeExpression, Moment], object], context: RuntimeExpression, moment: Moment
) -> Unmet | None:
    try:
        selected = select(context, moment)
    except Missing as error:
        return Unmet(error.message)
    if selected is False or selected is None or selected in ("", [], 0):
        return Unmet("nothing is selected", show(selected) if isinstance(selected, bool | float) else "nothing")
    return None


def _regex(pattern: re.Pattern[str], context: RuntimeExpression, moment: Moment) -> Unmet | None:
    try:
        value = value_of(context, moment)
    except Missing as error:
        return Unmet(error.message)
    if isinstance(value, Mapping | list) or value is None:
        return Unmet(f"{context.text} is no text", show(value))
    return None if pattern.search(str(value)) else Unmet("the text does not match", show(str(value)))


def _cel(criterion: Criterion) -> Check:
    try:
        expression = _VOCABULARY.compile(criterion.text)
    except ExpressionInvalid as error:
        problems = [
            _at(criterion.position, mistake.offset, mistake.message, mistake.hint or "") for mistake in error.problems
        ]
        raise CriterionInvalid(*problems) from error
    scopes = ScopeMaker(expression.variables)

    def check(moment: Moment) -> Unmet | None:
        if moment.asked is None:
            return Unmet("no request was made here")
        scope = scopes.make(moment.asked.request, moment.asked.response, Facts())
        scope["inputs"] = dict(moment.inputs)
        scope["steps"] = {name: dict(outputs) for name, outputs in moment.steps.items()}
        result = expression.evaluate(scope)
        if result is True:
            return None
        return Unmet(result.message) if isinstance(result, Failure) else Unmet("the expectation does not hold")

    return check


def _at(position: Position, offset: int, message: str, fix: str = "") -> Problem:
    column = position.column + offset
    if column > len(position.text) + 1:
        column = position.column
    return Problem(Position(position.file, position.line, column, position.text), message, fix)


def _simple(condition: Condition, moment: Moment) -> Unmet | None:
    if isinstance(condition, Comparison):
        return _compare(condition, moment)
    return _logic(condition, moment)


def _logic(logic: Logic, moment: Moment) -> Unmet | None:
    """Joined conditions. What stands for nothing makes the part that names it unmet, also under ``!``."""
    results = [_simple(part, moment) for part in logic.parts]
    if logic.operator == "and":
        return next((result for result in results if result is not None), None)
    if logic.operator == "or":
        return None if any(result is None for result in results) else results[0]
    (inner,) = results
    if inner is None:
        return Unmet("the negated condition holds")
    return inner if inner.undecided else None


def _compare(comparison: Comparison, moment: Moment) -> Unmet | None:
    try:
        left = operand_value(comparison.left, moment)
        if comparison.right is None:
            return None if left is True else Unmet("it is not true", show(left) or "''")
        right = operand_value(comparison.right, moment)
    except Missing as error:
        return Unmet(error.message, undecided=True)
    holds = _holds(comparison.operator, left, right)
    if holds is None:
        return Unmet(f"{show(left)} and {show(right)} cannot be ordered", undecided=True)
    shown = f"{show(left)} {comparison.operator} {show(right)}"
    return None if holds else Unmet("the condition does not hold", shown)


def _holds(operator: str, left: object, right: object) -> bool | None:
    """Whether a comparison holds. Texts compare without regard to case, as Arazzo 1.0 demands; unlike types differ."""
    if operator in ("==", "!="):
        return _equal(left, right) is (operator == "==")
    order = _order(left, right)
    if order is None:
        return None
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]


def _equal(left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right


def _order(left: object, right: object) -> int | None:
    if isinstance(left, str) and isinstance(right, str):
        left, right = left.casefold(), right.casefold()
        return (left > right) - (left < right)
    numbers = [value for value in (left, right) if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) != 2:
        return None
    return (numbers[0] > numbers[1]) - (numbers[0] < numbers[1])
