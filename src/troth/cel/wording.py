"""Rewords complaints of the reference for authors, finds their place in the text, and suggests corrections."""

import re
from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher, get_close_matches

from troth.cel.faults import ExpressionProblem
from troth.cel.functions import OWN, STANDARD, TYPE_NAMES
from troth.cel.text import LOOPS, TextSpan, Token

FUNCTIONS = (*STANDARD, "matches", *OWN, *LOOPS, "has")
_UNDECLARED = re.compile(r"undeclared reference to '(.*?)'")
_OVERLOAD = re.compile(r"found no matching overload for '(.*?)' applied to '\((.*)\)'")
_NO_FIELDS = re.compile(r"expression of type '(.*?)' cannot be the operand of a select operation")
_EXPECTED = re.compile(r"(?:mismatched|extraneous) input '(.*)' expecting .*", re.DOTALL)
_UNREADABLE = re.compile(r"(?:token recognition error at: |no viable alternative at input )'(.*)'", re.DOTALL)
_DEPTH = re.compile(r"recursion (?:depth|limit)")

_WRONG_WORDS = {
    "and": "write && for and",
    "or": "write || for or",
    "not": "write ! for not",
    "=": "write == to compare",
    "&": "write && for and",
    "|": "write || for or",
}
_WRONG_NAMES = {"True": "true", "False": "false", "None": "null", "nil": "null", "undefined": "null", "len": "size"}
_SHOWN = 5
_CLOSE = 0.7


def trap_problems(words: Sequence[Token]) -> list[ExpressionProblem]:
    """The problems of operators that CEL does not have: `=`, `and`, `or`, `not`, `&`, `|`."""
    problems = []
    for index, word in enumerate(words):
        hint = _WRONG_WORDS.get(word.text)
        if hint is None or word.kind == "string" or (index and words[index - 1].text == "."):
            continue
        # === consists of the tokens == and =: one problem is enough.
        problems.append(ExpressionProblem(word.start, len(word.text), f"{word.text} is not an operator of CEL", hint))
    return problems


def undeclared(message: str) -> str | None:
    """The name that a complaint says is undeclared; None for other complaints."""
    match = _UNDECLARED.match(message)
    return match[1] if match else None


def reworded(message: str) -> str:
    """A complaint of the reference, reworded for authors of contracts."""
    message = message.removeprefix("Syntax error: ")
    name = undeclared(message)
    if name is not None:
        return f"{name} is not known"
    if match := _OVERLOAD.match(message):
        return _no_overload(match[1], match[2])
    if match := _NO_FIELDS.match(message):
        return f"{_article(match[1])} has no fields"
    if match := _EXPECTED.match(message):
        return "the expression ends too early" if match[1] == "<EOF>" else f"{match[1]} does not belong here"
    if match := _UNREADABLE.match(message):
        unclosed = match[1][:1] in ("'", '"')
        return f"this text never ends, or has a wrong escape: {match[1]}" if unclosed else f"cannot read {match[1]}"
    if _DEPTH.search(message):
        return "the expression is nested too deeply (at most 32 levels, lets included)"
    return message.replace("<EOF>", "the end")


def _no_overload(function: str, types: str) -> str:
    if function in ("_==_", "_!=_"):
        return f"{function.strip('_')} compares two things of one type, not {_joined(types)}"
    if function == "_?_:_":
        return f"? : needs a bool and two values of one type, not {_joined(types)}"
    symbol = {"@in": "in", "_[_]": "[ ]", "-_": "-", "!_": "!"}.get(function, function.strip("_"))
    return f"{symbol}{'()' if symbol[0].isalpha() and symbol != 'in' else ''} cannot take {_joined(types)}"


def _article(kind: str) -> str:
    return f"{'an' if kind == 'int' else 'a'} {kind}"


def _joined(types: str) -> str:
    parts = [re.sub(r"T%\d+", "dyn", part) for part in re.split(r", (?![^(]*\))", types)]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def suggestion(name: str, known: Collection[str]) -> str | None:
    """A correction for an undeclared variable; None where no name is similar."""
    if name in _WRONG_NAMES:
        return f"did you mean {_WRONG_NAMES[name]}?"
    longer = sorted(candidate for candidate in known if candidate.startswith(f"{name}."))
    if longer:
        more = ", …" if len(longer) > _SHOWN else ""
        return f"there is {', '.join(longer[:_SHOWN])}{more}"
    segments = name.split(".")
    best, best_ratio = None, _CLOSE
    for count in range(1, len(segments) + 1):
        candidates = [candidate for candidate in known if candidate.count(".") == count - 1]
        if count == 1:
            candidates += [*FUNCTIONS, *TYPE_NAMES, "true", "false", "null"]
        part = ".".join(segments[:count])
        for candidate in candidates:
            ratio = SequenceMatcher(None, part, candidate).ratio()
            if ratio >= best_ratio:
                best, best_ratio = candidate, ratio
    return None if best is None else f"did you mean {best}?"


def function_suggestion(name: str) -> str | None:
    """A correction for an undeclared function; None where no name is similar."""
    if name in _WRONG_NAMES:
        return f"did you mean {_WRONG_NAMES[name]}?"
    close = get_close_matches(name, FUNCTIONS, n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close and close[0] != name else None


def span(words: Sequence[Token], spot: TextSpan, name: str | None) -> tuple[TextSpan, bool]:
    """The tokens that a complaint is about, and whether they are the name of a function.

    The reference points at the parenthesis of a call and at the last dot of a selection; an author looks for the name.
    """
    if spot.let is not None:
        return spot, False
    index = next((number for number, word in enumerate(words) if word.start <= spot.offset < word.end), None)
    if index is None:
        return TextSpan(spot.offset, 0), False
    word = words[index]
    if word.text == "(" and index and words[index - 1].kind == "name":
        return TextSpan(words[index - 1].start, len(words[index - 1].text)), True
    if name is None or word.kind not in ("name", "sign"):
        return TextSpan(word.start, len(word.text)), False
    last = index + 1 if word.text == "." and index + 1 < len(words) else index
    first = last
    while first >= 2 and words[first - 1].text == "." and words[first - 2].kind == "name":
        first -= 2
    return TextSpan(words[first].start, words[last].end - words[first].start), False


def one_for_each_place(problems: Sequence[ExpressionProblem]) -> Iterator[ExpressionProblem]:
    """The problems in the order of the text, the first of each place."""
    seen: set[int] = set()
    for problem in sorted(problems, key=lambda problem: problem.offset):
        if problem.offset not in seen:
            seen.add(problem.offset)
            yield problem
