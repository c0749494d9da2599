"""A tiny vendor whose strength is known: what is caught, what survives, what is free, and which clause is idle."""

import json
import re
import subprocess
from io import StringIO

import pytest
from bookmaking import SHOP_CONTRACT, SHOP_SPEC, FunctionTarget, answer_of, make_book
from click.testing import CliRunner
from rich.console import Console

from troth.cli import main
from troth.judging.terms import compile_terms
from troth.model.ports import Budget
from troth.secrets.redactor import Redactor
from troth.session.runner import Runner
from troth.session.verdicts import Court
from troth.sources.cases import CasesSource
from troth.strength.collecting import EACH, ExchangeCollector, sampled
from troth.strength.command import touched_since
from troth.strength.console import render_strength, strength_lines
from troth.strength.json_report import strength_tree, write_strength_json
from troth.strength.measurement import Score, StrengthReport, Survivor
from troth.strength.measuring import Measurement

CLOSED = """\
  "200-has-no-more":
    says: Nothing but these fields.
    when: response.status == 200
    expect: keys(response.body) == ["id", "total"]
    basis: documented
    source: {page: orders, section: Reading}
"""
FREE = """\
free:
  "/total": no page says what an order costs
  "/** [add]": answers may grow
  "/nothing": there is no such part
"""


def shop(request):
    order = request.url.partition("?")[0].rpartition("/")[2]
    return answer_of(200, {"id": "1001", "total": 5}) if order == "1001" else answer_of(404, {"error": "no such order"})


def measure(tmp_path, contract=SHOP_CONTRACT, answer=shop, seed=0, spec=SHOP_SPEC):
    book = make_book(tmp_path, spec, {"orders": contract})
    terms, problems = compile_terms(book)
    assert not problems
    collector = ExchangeCollector()
    target = FunctionTarget(answer)
    runner = Runner(book, terms, target, Court(), collector.watch)
    for item in CasesSource(terms, target.facts, Budget(seed)).items():
        runner.run(item)
    return Measurement(terms.operations, seed, lambda _name: None).measure(collector.kept())


def ways(measured):
    return {(one.status, one.place, one.operator) for one in measured.survivors}


def test_a_known_survivor_is_named_in_a_sentence(tmp_path):
    measured = measure(tmp_path)
    assert (200, "/total", "minus-one") in ways(measured)
    survivor = next(one for one in measured.survivors if (one.place, one.operator) == ("/total", "negate"))
    assert str(survivor) == "`readOrder` 200: `/total` may become -5 unnoticed"
    assert survivor.guard.name == "the schema of 200"
    assert "integer" in survivor.guard.says


def test_what_is_promised_does_not_survive(tmp_path):
    assert not [way for way in ways(measure(tmp_path)) if way[1] in ("/id", "status")]


def test_every_mutant_is_counted_once_everywhere(tmp_path):
    measured = measure(tmp_path, SHOP_CONTRACT + FREE)
    total = measured.overall
    for scores in (measured.by_vendor, measured.by_operation, measured.by_operator):
        assert sum(one.mutants for one in scores) == total.mutants
        assert sum(one.survived for one in scores) == total.survived
    assert total.survived == sum(one.count for one in measured.survivors)
    assert total.free == sum(one.mutants for one in measured.free)
    assert total.documented <= total.caught


def test_what_is_free_is_counted_apart_and_an_idle_freedom_is_told(tmp_path):
    before, after = measure(tmp_path / "a"), measure(tmp_path / "b", SHOP_CONTRACT + FREE)
    assert after.overall.caught == before.overall.caught
    assert after.overall.mutants == before.overall.mutants
    assert 0 < after.overall.free == before.overall.survived - after.overall.survived
    assert not [way for way in ways(after) if way[1] == "/total"]
    assert {one.place: one.mutants > 0 for one in after.free} == {"/total": True, "/** [add]": True, "/nothing": False}


def test_a_freedom_may_be_of_one_operator_alone(tmp_path):
    free = 'free: {"/total [negate, huge]": no page gives a range}\n'
    survived = {way[2] for way in ways(measure(tmp_path, SHOP_CONTRACT + free)) if way[1] == "/total"}
    assert not survived & {"negate", "huge"}
    assert {"plus-one", "drop"} <= survived


def test_one_more_clause_raises_the_score(tmp_path):
    before, after = measure(tmp_path / "a"), measure(tmp_path / "b", SHOP_CONTRACT + CLOSED)
    assert after.overall.share > before.overall.share
    assert (200, "/", "add") in ways(before)
    assert (200, "/", "add") not in ways(after)


def test_a_clause_that_adds_nothing_is_redundant(tmp_path):
    twice = SHOP_CONTRACT + SHOP_CONTRACT[SHOP_CONTRACT.index("  id-echoed") :].replace("id-echoed", "id-echoed-again")
    keys = {one.key: one for one in measure(tmp_path / "a", twice).redundant}
    assert {"shop.readOrder.id-echoed", "shop.readOrder.id-echoed-again"} <= set(keys)
    assert keys["shop.readOrder.id-echoed-again"].caught > 0
    closed = measure(tmp_path / "b", SHOP_CONTRACT + CLOSED)
    assert "shop.readOrder.200-has-no-more" not in {one.key for one in closed.redundant}


def test_a_redundant_clause_can_go_and_no_score_falls(tmp_path):
    without = SHOP_CONTRACT[: SHOP_CONTRACT.index("clauses:")]
    before, after = measure(tmp_path / "a"), measure(tmp_path / "b", without)
    assert {one.key for one in before.redundant} == {"shop.readOrder.id-echoed"}
    assert after.overall.caught == before.overall.caught


def test_the_same_seed_gives_the_same_measurement(tmp_path):
    one, other = measure(tmp_path / "a", seed=7), measure(tmp_path / "b", seed=7)
    assert (one.overall, one.survivors) == (other.overall, other.survivors)


def test_what_is_not_kept_is_not_mutated(tmp_path):
    measured = measure(tmp_path, answer=lambda _request: answer_of(200, {"id": "another"}))
    assert measured.exchanges == 0
    assert measured.overall.mutants == 0
    assert measured.overall.share == 100.0


def test_a_situation_gives_a_few_exchanges_only(tmp_path):
    assert measure(tmp_path).exchanges <= 2 * EACH


def test_a_sample_keeps_the_first_and_the_order():
    chosen = sampled(range(100), 10, "seed")
    assert chosen[0] == 0
    assert list(chosen) == sorted(chosen)
    assert len(chosen) == 10
    assert chosen == sampled(range(100), 10, "seed")
    assert sampled((1, 2), 10, "seed") == (1, 2)


def report_of(measured):
    return StrengthReport(
        version="0",
        seed=0,
        specs_sha256="0" * 64,
        contracts_sha256="0" * 64,
        exchanges=measured.exchanges,
        unkept=0,
        seconds=2.0,
        judging_seconds=1.0,
        overall=measured.overall,
        by_vendor=measured.by_vendor,
        by_operation=measured.by_operation,
        by_operator=measured.by_operator,
        survivors=measured.survivors,
        free=measured.free,
        redundant=measured.redundant,
    )


def test_the_report_for_people_says_all_three_apart(tmp_path):
    report = report_of(measure(tmp_path, SHOP_CONTRACT + FREE))
    text = "\n".join(line for line, _ in strength_lines(report, 99.9, verbose=True, redundant=True))
    total = report.overall
    assert f"{total.caught:,} caught" in text
    assert f"{total.free:,} free, {total.survived:,} survived" in text
    assert "Declared free, and no mutant needs it (1)" in text
    assert "shop.readOrder.id-echoed" in text
    assert "mutants made and judged a second" in text
    assert ("exit code 1" in text) is (total.share < 99.9)


def test_the_report_for_programs_holds_the_same_numbers(tmp_path):
    report = report_of(measure(tmp_path, SHOP_CONTRACT + FREE))
    write_strength_json(report, tmp_path / "strength.json")
    read = json.loads((tmp_path / "strength.json").read_text(encoding="utf-8"))
    assert read == json.loads(json.dumps(strength_tree(report)))
    assert read["overall"]["survived"] == sum(one["mutants"] for one in read["survivors"])
    assert read["overall"]["free"] == sum(one["mutants"] for one in read["free"])
    assert all(one["file"] and one["line"] for one in read["redundant"])


def test_a_secret_does_not_appear():
    survivor = Survivor("v", "op", 200, "soap return", "recorded-value", "become 'hunter2222', as elsewhere", 1)
    zero = Score("overall")
    report = StrengthReport("0", 0, "", "", 1, 0, 1.0, 1.0, zero, (), (), (), (survivor,), (), ())
    report = Redactor({"hunter2222": "V_PASSWORD"}).clean(report)
    shown = StringIO()
    render_strength(report, Console(file=shown), minimum=0)
    for text in (shown.getvalue(), json.dumps(strength_tree(report))):
        assert "hunter2222" not in text
        assert "<V_PASSWORD>" in text


@pytest.mark.parametrize(
    ("score", "shown"), [(Score("x", 999, 0, 0, 1), "99.9 %"), (Score("x", 9999, 0, 0, 1), "99.9 %")]
)
def test_a_score_is_never_rounded_up_to_a_whole_one(score, shown):
    zero = StrengthReport("0", 0, "", "", 1, 0, 1.0, 1.0, score, (), (), (), (), (), ())
    assert any(line.startswith(shown) for line, _ in strength_lines(zero, 0, verbose=False, redundant=False))


def test_the_command_measures_the_real_contracts():
    result = CliRunner().invoke(main, ["strength", "--operation", "getUserId", "--operation", "getSignIn", "-v"])
    assert result.exit_code == 0, result.output
    score = float(re.search(r"^([0-9.]+) %: [0-9,]+ mutants", result.output, re.MULTILINE)[1])
    assert score > 90
    assert "esws.getUserId" in result.output
    assert "oneall." not in result.output


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--operation", "getSignIn", "--minimum", "100"], None, "%"),
        (["--operation", "nothing"], 2, "no operation matches"),
        (["--report", "xml=x"], 2, "unknown report"),
        (["--report", "json"], 2, "needs a file"),
        (["--report", "json=no/such/folder/x"], 2, "does not exist"),
        (["--changed", "no-such-revision"], 2, "git cannot say"),
        (["--minimum", "101"], 2, "101"),
    ],
)
def test_options(arguments, code, said):
    result = CliRunner().invoke(main, ["strength", *arguments])
    assert said in result.output
    assert result.exit_code == code if code is not None else result.exit_code in (0, 1)


def test_what_was_touched_since_a_revision_includes_what_git_does_not_know_yet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "contracts"
    folder.mkdir()
    for name in ("same", "edited"):
        (folder / name).write_text("a", encoding="utf-8")
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.com"]
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], check=True)
    (folder / "edited").write_text("b", encoding="utf-8")
    (folder / "new").write_text("c", encoding="utf-8")
    (tmp_path / "elsewhere").write_text("d", encoding="utf-8")
    assert {path.name for path in touched_since("HEAD", folder)} == {"edited", "new"}
