"""The soak of bench/redactor.py on a small scale: no token is written, and neither time nor memory runs away."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "bench" / "redactor.py"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_redactor", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_fresh_tokens_in_every_answer_cost_no_more_in_the_end_than_at_the_beginning(
    bench: ModuleType, tmp_path: Path
) -> None:
    parts = list(bench.soak(1_000, tmp_path / "journal.jsonl"))
    assert [part.leaks for part in parts] == [0] * 10
    assert sum(part.seconds for part in parts[-3:]) < 10 * sum(part.seconds for part in parts[:3])
    assert parts[-1].megabytes - parts[0].megabytes < 50
    written = (tmp_path / "journal.jsonl").read_bytes()
    assert written.count(b"\n") == 500
    assert not any(bench.leaked(bench.token_of(number), written) for number in range(0, 1_000, 50))


def test_the_soak_would_see_a_leak(bench: ModuleType) -> None:
    token = bench.token_of(1)
    assert bench.leaked(token, f"… {token[100:400]} …".encode())
    assert not bench.leaked(token, bench.token_of(2).encode())


def test_what_is_remembered_is_bounded(bench: ModuleType) -> None:
    redactor = bench.Redactor(key=b"k")
    redactor.look_into_answers((), b"k")
    before = bench.resident_megabytes()
    for number in range(60_000):
        token = f"abcdefgh{number:032d}xyz"
        redactor.learn_issued(token)
        if number % 1_000 == 0:
            redactor.learn_exchange(bench.exchange_of(f"e{number:040d}"))
    assert bench.resident_megabytes() - before < 100
    assert token not in redactor.text(f"the last one is {token}")
