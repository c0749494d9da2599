"""Inputs of workflows drawn from their JSON Schema by Schemathesis, and shrunk by Hypothesis."""

from collections.abc import Callable, Mapping
from typing import Any

import schemathesis
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode

from troth.arazzo.outcomes import Outcome
from troth.model.report import Met, Promise
from troth.sources.properties.generation import Enough, draw_many, shrink

Drawn = Mapping[str, object]
SHRINKS = 60
"""At most so many further runs to find smaller inputs that fail."""


def inputs_strategy(schema: Mapping[str, object]) -> SearchStrategy[Drawn]:
    """A strategy for inputs that a JSON Schema of an object accepts; texts without what a URL cannot carry."""
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "inputs", "version": "1"},
        "paths": {
            "/inputs": {
                "post": {
                    "requestBody": {"required": True, "content": {"application/json": {"schema": dict(schema)}}},
                    "responses": {"default": {"description": "none"}},
                }
            }
        },
    }
    operation = schemathesis.openapi.from_dict(document)["/inputs"]["POST"]
    bodies: SearchStrategy[Any] = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    return bodies.map(lambda case: dict(case.body)).filter(_can_be_sent)


def smallest(schema: Mapping[str, object], count: int, seed: str, run: Callable[[Drawn], Outcome]) -> Outcome:
    """Run with several drawn inputs; where one fails, search for the smallest that does.

    Returns:
        What the smallest failing inputs came to; where none failed, all that was met, together.
    """
    strategy = inputs_strategy(schema)
    outcome = Outcome()
    earlier: list[tuple[Promise, Met]] = []
    for drawn in draw_many(strategy, count, seed):
        earlier += outcome.met
        outcome = run(drawn)
        if outcome.findings:
            search = _Search(run, outcome)
            shrink(strategy, count, seed, search.fails)
            outcome = search.best
            break
    outcome.met = [*earlier, *outcome.met]
    return outcome


class _Search:
    """Runs what Hypothesis tries, and keeps the last run that failed: that of the smallest inputs."""

    def __init__(self, run: Callable[[Drawn], Outcome], first: Outcome) -> None:
        self._run = run
        self._left = SHRINKS
        self._wanted = first.findings[0].fingerprint
        self.best = first

    def fails(self, drawn: Drawn) -> bool:
        if not self._left:
            raise Enough
        self._left -= 1
        outcome = self._run(drawn)
        if not any(finding.fingerprint == self._wanted for finding in outcome.findings):
            return False
        self.best = outcome
        return True


def _can_be_sent(value: object) -> bool:
    """No lone surrogates and no NUL: they would be about our encoding, not about the vendor."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, Mapping):
        return all(_can_be_sent(key) and _can_be_sent(member) for key, member in value.items())
    return all(_can_be_sent(item) for item in value) if isinstance(value, list) else True
