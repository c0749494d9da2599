"""A skipped test proves nothing and looks like one that passed: in CI each must stand in ``known-skips.txt``, or the
session fails.

Works in the process that prints the summary, so also under xdist. ``conftest.py`` loads it; ``--skips-known`` asks for
it outside CI.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

LIST = Path("tests") / "known-skips.txt"
_TITLE = "skipped tests and tests/known-skips.txt"
_HIDING = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "stepwise", "collectonly")


@dataclass(frozen=True)
class Known:
    """A line of the list: which tests may be skipped, and what a skip must say to be the one that was meant."""

    pattern: str
    reason: str
    line: int

    def names(self, nodeid: str) -> bool:
        """Only ``*`` is special: a node id has brackets of its own."""
        return re.fullmatch(".*".join(map(re.escape, self.pattern.split("*"))), nodeid, re.DOTALL) is not None


def read(text: str) -> tuple[tuple[Known, ...], tuple[str, ...]]:
    """The entries of a list, and what is wrong with it."""
    entries: list[Known] = []
    problems: list[str] = []
    above: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line[0].isspace():
            if above is None:
                problems.append(f"line {number}: a reason without a test above it")
                continue
            entries.append(Known(above, line.strip(), number - 1))
            above = None
            continue
        if above is not None:
            problems.append(f"line {number - 1}: no reason below {above}")
        above = line.strip()
    if above is not None:
        problems.append(f"the last line: no reason below {above}")
    return tuple(entries), tuple(problems)


@dataclass(eq=False)  # older pytest keeps its plugins in a set
class KnownSkips:
    """What was skipped in this session, held against the list."""

    entries: tuple[Known, ...]
    problems: tuple[str, ...]
    skipped: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    whole: bool = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Each phase of each test. An expected failure is reported as skipped too, and is none."""
        self.seen |= {report.nodeid, report.nodeid.partition("::")[0]}
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped[report.nodeid] = _said(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that skips itself has no tests that could say so."""
        if report.skipped:
            self.skipped[report.nodeid] = _said(report)
            self.seen.add(report.nodeid)
            self.closed.add(report.nodeid.partition("::")[0])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Whether all tests were wanted is known from the options; whether all ran, from how the session ended."""
        option = session.config.option
        self.whole = (
            session.config.args_source is pytest.Config.ArgsSource.TESTPATHS
            and not any(getattr(option, name, None) for name in _HIDING)
            and not session.shouldstop
            and not session.shouldfail
        )
        if self.faults() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Faults fail the session. What was not skipped this time may be skipped on another machine, so it is told."""
        if faults := self.faults():
            terminalreporter.section(_TITLE, red=True, bold=True)
            for line in faults:
                terminalreporter.write_line(line)
        if idle := [entry for entry in self.entries if self._idle(entry)]:
            terminalreporter.section("known skips that were not skipped here")
            for entry in idle:
                terminalreporter.write_line(f"{LIST.name}:{entry.line}: {entry.pattern}")

    def faults(self) -> list[str]:
        """Skips that nobody knows, entries that name no test, and lines that cannot be read."""
        return [
            *(f"{LIST.name}: {problem}" for problem in self.problems),
            *(
                f"{nodeid} was skipped, and the list does not know it: {said}"
                for nodeid, said in sorted(self.skipped.items())
                if not any(entry.names(nodeid) and entry.reason in said for entry in self.entries)
            ),
            *(
                f"{LIST.name}:{entry.line}: {entry.pattern} names no test any more: take it out"
                for entry in self.entries
                if self.whole and self._dead(entry)
            ),
        ]

    def _dead(self, entry: Known) -> bool:
        module = Known(entry.pattern.partition("::")[0], entry.reason, entry.line)
        return not _any_named(entry, self.seen) and not _any_named(module, self.closed)

    def _idle(self, entry: Known) -> bool:
        return _any_named(entry, self.seen) and not _any_named(entry, self.skipped)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--skips-known",
        action="store_true",
        default=bool(os.environ.get("CI")),
        help=f"fail if a test is skipped that {LIST.as_posix()} does not list (the default where CI is set)",
    )


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--skips-known") or hasattr(config, "workerinput"):
        return
    path = config.rootpath / LIST
    entries, problems = read(path.read_text(encoding="utf-8") if path.is_file() else "")
    config.pluginmanager.register(KnownSkips(entries, problems), "known-skips")


def _any_named(entry: Known, nodeids: Iterable[str]) -> bool:
    return any(entry.names(nodeid) for nodeid in nodeids)


def _said(report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
