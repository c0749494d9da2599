"""Schemas and values drawn at random, judged by us and by python-jsonschema: no disagreement that nobody explains.

The drawing and the table of explanations stand in bench/schemas.py, which does the same for 20,000 pairs, and for Ajv.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[3] / "bench" / "schemas.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_schemas", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("seed", [0, 1])
def test_every_disagreement_with_python_jsonschema_is_explained(
    bench: ModuleType, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.compare(pairs=500, seed=seed) == 0, capsys.readouterr().out


def test_the_comparison_can_fail(bench: ModuleType) -> None:
    """A judge who says another thing is no longer explained once what the table names is taken out."""
    pair = bench.Pair("3.0", {"type": "string"}, {}, "x")
    assert bench.ours([pair]) == [bench.KEPT]
    assert bench.explained(pair, bench.PYTHON, lambda pairs: [bench.BROKEN] * len(pairs)) == ""
