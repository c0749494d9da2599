"""The script that runs the suite from the wheel finds Pythons that really are what they are called."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
HERE = "{}.{}".format(*sys.version_info[:2])


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("wheel_suite", ROOT / ".ci" / "wheel_suite.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_versions_are_those_that_pyproject_declares_lowest_first(script: ModuleType) -> None:
    declared = script.declared()
    assert declared[0] == "3.11"
    assert declared == sorted(declared, key=lambda version: tuple(map(int, version.split("."))))


def test_this_python_is_found_and_one_that_never_was_is_not(script: ModuleType) -> None:
    assert script.interpreter(HERE) is not None
    assert script.interpreter("3.0") is None


@pytest.mark.skipif(os.name == "nt", reason="a shim is a shell script here")
def test_a_shim_that_refuses_is_passed_over(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / f"python{HERE}"
    shim.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert script.interpreter(HERE) == sys.executable


@pytest.mark.skipif(os.name == "nt", reason="a shim is a shell script here")
def test_a_python_that_pyenv_keeps_is_found(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "versions" / "3.99.1" / "bin" / "python"
    kept.parent.mkdir(parents=True)
    kept.write_text("#!/bin/sh\necho 3.99\n", encoding="utf-8")
    kept.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert script.interpreter("3.99") == str(kept)
