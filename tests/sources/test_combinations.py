"""Which combinations are sent: laws that hold for every table, and the cases that plain pairwise gets wrong."""

from itertools import combinations
from pathlib import Path

import pytest
from bookmaking import SHOP_CONTRACT, SHOP_SPEC, make_book

from troth.judging.terms import OperationTerms, compile_terms
from troth.sources.combinations import all_combinations, successful
from troth.sources.lint import lint_rows
from troth.sources.selection import pairwise, select_combinations, witnesses

SPEC = SHOP_SPEC.replace(
    "        - {name: detail, in: query, schema: {type: string, enum: [full]}}\n",
    "".join(f"        - {{name: q{number}, in: query, schema: {{type: string}}}}\n" for number in range(9)),
)


def wide(inputs: int, classes: int) -> str:
    """A table with so many inputs of so many classes, in which errors mask each other."""
    lines = ["vendor: shop", "operation: readOrder", "inputs:"]
    for number in range(inputs):
        names = ", ".join(f'c{cls}: "{cls}"' for cls in range(classes))
        lines.append(f"  q{number}: {{at: query:q{number}, classes: {{{names}}}}}")
    lines += ["outcomes:", "  defaults: {source: {ours: a test}}", "  rows:"]
    lines += [f"    - {{id: bad-{number}, when: q{number}.c0, answer: {{status: 404}}}}" for number in range(inputs)]
    lines.append("    - {id: good, when: otherwise, answer: {status: 200}}")
    return "\n".join(lines) + "\n"


def terms_of(root: Path, contract: str) -> OperationTerms:
    terms, problems = compile_terms(make_book(root, SPEC, {"orders": contract}))
    assert not problems
    return terms.operations["shop.readOrder"]


@pytest.mark.parametrize(("inputs", "classes"), [(1, 2), (3, 3), (5, 3), (9, 4)])
def test_every_row_has_a_witness_and_every_class_is_sent(tmp_path: Path, inputs: int, classes: int) -> None:
    found = list(all_combinations(terms_of(tmp_path, wide(inputs, classes))))
    chosen = witnesses(found)
    assert {one.rows[0] for one in chosen if one.unambiguous} == {f"bad-{n}" for n in range(inputs)} | {"good"}
    sent = {pair for one in chosen for pair in one.classes.items()}
    assert sent == {(f"q{n}", f"c{cls}") for n in range(inputs) for cls in range(classes)}
    assert len(chosen) <= inputs * classes + 1


def test_a_closed_world_gets_everything_and_an_open_one_only_what_is_unambiguous(tmp_path: Path) -> None:
    found = list(all_combinations(terms_of(tmp_path, wide(4, 3))))
    assert len(found) == 81
    assert len(select_combinations(found, closed=True)) == 81
    chosen = select_combinations(found, closed=False)
    assert len(chosen) < 40
    first = len(witnesses(found))
    assert all(one.unambiguous for one in chosen[first:])


def test_pairwise_covers_every_pair_that_can_be_reached(tmp_path: Path) -> None:
    found = [one for one in all_combinations(terms_of(tmp_path, wide(4, 3))) if one.unambiguous]
    added = pairwise([], found)
    pairs = {pair for one in found for pair in combinations(sorted(one.classes.items()), 2)}
    assert {pair for one in added for pair in combinations(sorted(one.classes.items()), 2)} == pairs
    assert len(added) < len(found)


def test_impossible_combinations_are_never_made(tmp_path: Path) -> None:
    contract = wide(2, 2).replace("outcomes:", "impossible: q0.c0 && q1.c1\noutcomes:")
    found = [one.classes for one in all_combinations(terms_of(tmp_path, contract))]
    assert len(found) == 3
    assert {"q0": "c0", "q1": "c1"} not in found


def test_a_table_too_large_to_look_at_is_sampled_and_still_finds_every_row(tmp_path: Path) -> None:
    terms = terms_of(tmp_path, wide(9, 4))
    found = list(all_combinations(terms))
    assert len(found) == 20_000
    assert found == list(all_combinations(terms))
    assert len({tuple(one.classes.items()) for one in found}) == len(found)
    assert {one.rows[0] for one in found if one.unambiguous} == {f"bad-{n}" for n in range(9)} | {"good"}


def test_success_is_the_named_row_or_one_that_promises_a_2xx(tmp_path: Path) -> None:
    terms = terms_of(tmp_path, wide(2, 2))
    assert successful(terms, {}) == {"q0": "c1", "q1": "c1"}
    assert successful(terms, {}, "bad-0") == {"q0": "c0", "q1": "c1"}
    assert successful(terms, {"q0": "c0"}) is None


def test_a_row_that_never_applies_alone_is_named(tmp_path: Path) -> None:
    contract = wide(1, 2).replace("when: otherwise", "when: q0.c0 || q0.c1").replace("when: q0.c0,", "when: q0.c0,")
    (problem,) = lint_rows(terms_of(tmp_path, contract))
    assert problem.message == "the row 'bad-0' of shop.readOrder applies only together with others"


def test_the_shop_itself_has_nothing_to_complain_of(tmp_path: Path) -> None:
    assert list(lint_rows(terms_of(tmp_path, SHOP_CONTRACT))) == []
