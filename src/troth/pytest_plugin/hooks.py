"""The pytest front door: the same runner as ``troth verify``, one item of a run as one test.

Contract files are collected like test modules (``pytest contracts/oneall``). A broken promise fails its test, what
could not be judged is skipped with its reason, and a session in which nothing could be judged never exits with 0.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

_SOURCES = ("cases", "properties", "recordings", "workflows")
_HEAVY = "troth.pytest_plugin.items"


def pytest_addoption(parser: pytest.Parser) -> None:
    """All options are prefixed; what they mean is what ``troth verify --help`` says."""
    group = parser.getgroup("troth", "contract tests of API vendors")
    group.addoption("--troth-target", default=None, metavar="mock|replay|URL|NAME", help="who answers (default: mock)")
    group.addoption("--troth-record", default=None, metavar="FOLDER", help="keep all exchanges as cassettes here")
    group.addoption("--troth-cassettes", default=None, metavar="FOLDER", help="read cassettes here")
    group.addoption("--troth-only", default="", metavar="SOURCES", help="only these sources, such as cases,properties")
    group.addoption("--troth-max-examples", type=int, default=None, metavar="N", help="generated requests an operation")
    group.addoption("--troth-thorough", action="store_true", help="a generous generation budget")
    group.addoption("--troth-seed", type=int, default=0, metavar="N", help="decides everything that is random")
    group.addoption("--troth-check", action="append", default=[], metavar="NAME", help="ask this installed check too")
    bases = ("documented", "example", "observed", "assumed")
    group.addoption("--troth-fail-on", choices=bases, default="documented", help="which findings fail: up to these")
    group.addoption("--troth-strict", action="store_true", help="the same as --troth-fail-on assumed")
    group.addoption("--troth-world", default=None, metavar="FILE", help="facts of the target (YAML)")
    parser.addini("troth_contracts", "folders whose contract files are collected", type="paths", default=[])
    parser.addini("troth_target", "who answers: mock, replay or an address", default="mock")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers that items carry."""
    config.addinivalue_line("markers", "troth: a promise of an API vendor")
    for source in dict.fromkeys((*_SOURCES, *sources_asked(config))):
        config.addinivalue_line("markers", f"{source}: promises exercised by {source}")
    for folder in config.getini("troth_contracts"):
        for vendor in sorted(path.name for path in Path(folder).glob("*") if path.is_dir()):
            config.addinivalue_line("markers", f"{vendor}: promises of {vendor}")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect contract files, and only those in a configured folder."""
    folders: list[Path] = parent.config.getini("troth_contracts")
    if file_path.suffix != ".yaml" or not any(folder in file_path.parents for folder in folders):
        return None
    collector: pytest.Collector | None = _heavy(parent.config).collect_file(file_path, parent)
    return collector


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Remember that the user left something out on purpose."""
    for item in items[:1]:
        if hasattr(item.config, "stash"):
            item.config.stash[_DESELECTED] = True


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say after the tests what was exercised, and what surprised."""
    for line in config.stash.get(_SUMMARY, ()):
        terminalreporter.write_line(line)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Count together, and do not let a green session hide that nothing was judged."""
    config = session.config
    room = config.stash.get(_ROOM, None)
    if room is not None:
        room.finish(session, exitstatus)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:  # noqa: ARG001 - xdist's signature
    """Take over what a worker of pytest-xdist has counted."""
    output = getattr(node, "workeroutput", {}).get("troth")
    if output is not None:
        _heavy(node.config).take_over(node.config, output)


def _heavy(config: pytest.Config) -> Any:
    """The room behind this door; it is opened only when there is a contract to collect or a worker to count."""
    room = config.stash.get(_ROOM, None)
    if room is None:
        room = import_module(_HEAVY)
        config.stash[_ROOM] = room
    return room


_ROOM = pytest.StashKey[Any]()
_DESELECTED = pytest.StashKey[bool]()
_SUMMARY = pytest.StashKey[list[str]]()


def summary_of(config: pytest.Config) -> list[str]:
    """The lines to print after the tests."""
    return config.stash.setdefault(_SUMMARY, [])


def was_narrowed(config: pytest.Config) -> bool:
    """Whether ``-k``, ``-m`` or a node id left something out."""
    return bool(config.stash.get(_DESELECTED, False)) or any("::" in argument for argument in config.args)


def sources_asked(config: pytest.Config) -> Iterator[str]:
    """The names given to ``--troth-only``."""
    for part in str(config.getoption("--troth-only")).split(","):
        if part.strip():
            yield part.strip()
