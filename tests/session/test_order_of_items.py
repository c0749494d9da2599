"""A run begins with what shows most for least: one case of each row, successes before refusals; then the rest."""

from pathlib import Path

from troth.model.ports import Budget, Depth, RunOptions
from troth.session.reach import select
from troth.session.run import Run
from troth.sources.cases import MORE

ROOT = Path(__file__).parents[2]


def names(**options: object) -> list[str]:
    run = Run(select(ROOT, vendors=("oneall",)), RunOptions(operations=("readUser", "deleteUser"), **options))  # type: ignore[arg-type]
    return [item.name for item in run.items]


def test_every_row_comes_before_the_combinations_of_any() -> None:
    cases = names(sources=("cases",))
    first = [name.endswith(MORE) for name in cases]
    assert first == sorted(first)
    assert any(first)
    assert {name.removesuffix(MORE) for name in cases if name.endswith(MORE)} <= set(cases)


def test_examples_come_before_combinations_and_those_before_fuzzing_again() -> None:
    order = names(sources=("cases", "properties"))
    assert order.index("oneall/readUser/properties/examples") < order.index(f"oneall/readUser/cases/keys-refused{MORE}")
    assert order[-1] == "oneall/deleteUser/properties/fuzzing"


def test_a_success_comes_before_the_refusals_of_its_operation() -> None:
    cases = names(sources=("cases",))
    assert cases.index("oneall/deleteUser/cases/deleted") < cases.index("oneall/deleteUser/cases/keys-refused")


def test_a_brief_run_asks_for_every_promise_once() -> None:
    brief = names(budget=Budget(depth=Depth.BRIEF))
    whole = names()
    assert brief == [name for name in whole if name in set(brief)]
    assert {name for name in whole if "/cases/" in name} - set(brief) == {name for name in whole if name.endswith(MORE)}
    assert {name.rpartition("/")[2] for name in brief if "/properties/" in name} == {"examples"}
