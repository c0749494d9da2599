"""What a run would send, found out without sending: every item is driven, and nobody is asked."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from troth.judging.classes import classifiers
from troth.judging.terms import Terms
from troth.model.exchange import Exchange, NoAnswer, Request, Silence
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Build, Built, Case, CaseToSend, GivenFlow, Item, JudgedCase, RecordedCase
from troth.model.report import Judgement
from troth.targets.live.conduct import Conduct
from troth.wire.views import RequestView

_UNASKED = NoAnswer(Silence.NOT_SENT, "planned only")


@dataclass(frozen=True, slots=True)
class Planned:
    """One request that a run would send, or would hold back."""

    item: str
    operation: Operation
    method: str
    target: str
    """Path and query below the documented server; the template where an earlier answer decides it."""
    classes: str
    """The class of each input: ``login ours, password absent``."""
    role: str
    """``""`` for the request itself, else ``given`` or ``look`` (before and after)."""
    held: str = ""
    """Why it would not be sent."""


class Planner:
    """Collects what items would send.

    Args:
        terms: all operations.
        facts_of: what the target gives for a vendor.
        conduct: what it would hold back.
    """

    def __init__(self, terms: Terms, facts_of: Callable[[str], Facts], conduct: Conduct) -> None:
        self._terms = terms
        self._facts_of = facts_of
        self._conduct = conduct
        self.requests: list[Planned] = []

    def drive(self, item: Item) -> None:
        """Plan one item."""
        item.drive(lambda case: self._plan(item.name, case))

    def _plan(self, item: str, case: Case) -> Judgement:
        if isinstance(case, JudgedCase):
            return case.judgement
        if isinstance(case, RecordedCase):
            return Judgement(case.exchange, case.operation.name, (), (), {})
        operation = case.operation
        request = Request(operation.method, operation.url(operation.path))
        permission = self._conduct.permission
        held = "" if permission is None else permission.forbids(case)
        facts = self._facts_of(operation.vendor)
        for call in case.given:
            if isinstance(call, GivenFlow):
                for called in call.operations:
                    self._add(item, called, None, "", "given", held)
            else:
                earlier, held = _built(call.build, facts, held)
                self._add(item, call.operation, earlier.request if earlier else None, "", "given", held)
        built, held = _built(case.build, facts, held)
        classes = ""
        if built is not None:
            request = built.request
            facts = replace(facts, minted=facts.minted | built.minted)
            classes = self._classes(operation, request, facts)
            if not held and permission is not None:
                held = permission.forbids_request(operation, request, facts)
        looks = self._looks(case, built, facts)
        for look in looks:
            self._add(item, look[0], look[1], "", "look", held)
        self._add(item, operation, request, classes, "", held)
        for look in looks:
            self._add(item, look[0], look[1], "", "look", held)
        return Judgement(Exchange(request, _UNASKED), operation.name, (), (), {})

    def _looks(
        self, case: CaseToSend, built: Built | None, facts: Facts
    ) -> tuple[tuple[Operation, Request | None], ...]:
        """The look before and after, if there is one: its request is None where an earlier answer decides it."""
        look = case.observation
        if look is None:
            return ()
        if built is None:
            return ((look.operation, None),)
        try:
            asked = look.build(built.request, facts)
        except KeyError as missing:
            return ((look.operation, None),) if _is_given(missing) else ()
        return () if asked is None else ((look.operation, asked.request),)

    def _classes(self, operation: Operation, request: Request, facts: Facts) -> str:
        terms = self._terms.operations[str(operation)]
        view = RequestView(request, operation)
        classes = ((reader.name, reader.classify(view, facts)) for reader in classifiers(terms.inputs, facts))
        return ", ".join(f"{name} {cls}" for name, cls in classes if cls is not None)

    def _add(
        self, item: str, operation: Operation, request: Request | None, classes: str, role: str, held: str
    ) -> None:
        target = operation.path if request is None else request.url.removeprefix(operation.server)
        self.requests.append(Planned(item, operation, operation.method, target, classes, role, held))


def _built(build: Build, facts: Facts, held: str) -> tuple[Built | None, str]:
    """A request, or None where an earlier answer decides it or a fact is missing; and why it is held back."""
    try:
        return build(facts), held
    except KeyError as missing:
        return None, held if _is_given(missing) else held or f"the target does not give the fact {missing.args[0]}"


def _is_given(missing: KeyError) -> bool:
    return str(missing.args[0]).startswith("$given")
