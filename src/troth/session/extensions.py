"""What installed packages add to a run beside vendors: checks, sources of requests and formats of reports.

Each is imported when a run selects it by name. What its code does wrong afterwards is told with the distribution that
brings it, so that nobody looks for the fault in Troth or at the vendor.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from troth.errors import PluginFailed, PluginInvalid, TrothError
from troth.model.book import Book
from troth.model.exchange import Exchange, NoAnswer
from troth.model.facts import Facts
from troth.model.operation import Operation
from troth.model.ports import Budget, Item, Judged, Judges, Reporter, Source
from troth.model.report import Finding, Judgement, Report
from troth.plugins.descriptions import CHECK_NAME, CheckDescription, ReporterDescription, SourceDescription
from troth.plugins.entry_points import Plugin, Plugins
from troth.reporting.codes import Code

Watch = Callable[[Judges, str], Judges]
"""Told every judge and its vendor before the judge is used; gives the judge to use."""

_OURS = "tr"
"""The prefix of Troth's own codes, in lower case: no check may be called so."""
_OUT_OF_SERVICE = "TR902"


class Extensions:
    """The checks, sources and reporters of all installed packages.

    Args:
        find: gives the entry points of a group; ``importlib.metadata`` where nothing else is given.
    """

    def __init__(self, find: Callable[[str], Iterable[EntryPoint]] = lambda group: entry_points(group=group)) -> None:
        self._checks = Plugins("troth.checks", CheckDescription, find)
        self._sources = Plugins("troth.sources", SourceDescription, find)
        self._reporters = Plugins("troth.reporters", ReporterDescription, find)

    def check(self, name: str) -> Plugin[CheckDescription]:
        """A check by its name.

        Raises:
            UsageInvalid: no installed package brings it.
            PluginInvalid: it cannot be used.
        """
        plugin = self._checks.load(name)
        complaint = _check_complaint(plugin.description)
        if complaint:
            message = f"the check {name!r} of {plugin.origin} cannot be used: {complaint}"
            raise PluginInvalid(f"{message}; mend or uninstall {plugin.origin}")
        return plugin

    def codes_like(self, code: str) -> tuple[Code, ...]:
        """The codes of the installed check whose prefix a code has; none where no check has that prefix.

        Raises:
            PluginInvalid: there is such a check, and it cannot be used.
        """
        name = re.sub(r"\d*$", "", code).lower()
        return self.check(name).description.codes if name in self._checks.names else ()

    def watch(self, names: Iterable[str], book: Book, inner: Watch | None) -> Watch | None:
        """What has the checks of these names judge every answer too.

        Args:
            names: of the checks.
            book: the operations that are judged.
            inner: told about the judges in turn.

        Raises:
            UsageInvalid: no installed package brings a check of that name.
            PluginInvalid: a check cannot be used.
        """
        checks = tuple(self.check(name) for name in dict.fromkeys(names))
        if not checks:
            return inner

        def with_checks(judges: Judges, vendor: str) -> Judges:
            checking = CheckingJudge(judges, book.vendors[vendor].spec.operations, checks)
            return checking if inner is None else inner(checking, vendor)

        return with_checks

    @property
    def source_names(self) -> tuple[str, ...]:
        """The names of all installed sources; nothing is imported."""
        return self._sources.names

    def refuse_source_names(self, ours: Iterable[str]) -> None:
        """Raise ``PluginInvalid`` where an installed source has the name of one of these, which are Troth's own."""
        for name in ours:
            self._sources.refuse(name)

    def source(self, name: str, book: Book, facts: Callable[[str], Facts], budget: Budget) -> Source:
        """A source by its name, made for one run.

        Raises:
            UsageInvalid: no installed package brings it.
            PluginInvalid: it cannot be used.
            PluginFailed: its code raised an error.
        """
        plugin = self._sources.load(name)
        try:
            source = plugin.description.make(book, facts, budget)
        except TrothError:
            raise
        except Exception as error:
            raise _failed("source", plugin, error) from error
        return OutsideSource(name, plugin, source)

    def reporters(self, ours: Mapping[str, Reporter]) -> Mapping[str, Reporter]:
        """Troth's reporters and those of installed packages, which are imported when they are looked up.

        Raises:
            PluginInvalid: at a look-up, where the reporter cannot be used.
        """
        return _Reporters(ours, self._reporters)


class CheckingJudge:
    """A judge whose judgements also have the findings of outside checks.

    Args:
        judges: judges first.
        operations: those of the vendor, by name.
        checks: in the order in which they are asked.
    """

    def __init__(
        self, judges: Judges, operations: Mapping[str, Operation], checks: tuple[Plugin[CheckDescription], ...]
    ) -> None:
        self._judges = judges
        self._operations = operations
        self._checks = checks

    def judge(self, exchange: Exchange, seen: Judged) -> Judgement:
        """Everything that can be said of one exchange. Checks are not asked where nobody answered or is in service."""
        judgement = self._judges.judge(exchange, seen)
        out_of_service = any(finding.code == _OUT_OF_SERVICE for finding in judgement.findings)
        if isinstance(exchange.answer, NoAnswer) or out_of_service:
            return judgement
        operation = self._operations[judgement.operation]
        findings = [finding for check in self._checks for finding in _findings(check, exchange, operation, seen)]
        return replace(judgement, findings=(*judgement.findings, *findings)) if findings else judgement


class OutsideSource:
    """A source of an installed package, whose items are checked as they are made."""

    def __init__(self, name: str, plugin: Plugin[SourceDescription], source: Source) -> None:
        self.name = name
        self._plugin = plugin
        self._source = source

    def items(self) -> Iterator[Item]:
        """The source's items.

        Raises:
            PluginFailed: its code raised an error, or an item is not as :class:`~troth.model.ports.Item` has it.
        """
        names: set[str] = set()
        try:
            items = list(self._source.items())
            complaints = [complaint for item in items if (complaint := self._complaint(item, names))]
        except TrothError:
            raise
        except Exception as error:
            raise _failed("source", self._plugin, error) from error
        if complaints:
            raise PluginFailed(f"the source {self.name!r} of {self._plugin.origin}: {complaints[0]}")
        yield from items

    def _complaint(self, item: Item, names: set[str]) -> str:
        start = f"{item.operation.vendor}/{item.operation.name}/{self.name}/"
        if item.source != self.name:
            return f"the item {item.name!r} says that its source is {item.source!r}"
        if not item.name.startswith(start):
            return f"the name of the item {item.name!r} does not begin with {start!r}"
        if item.name in names:
            return f"two items have the name {item.name!r}"
        names.add(item.name)
        return ""


class _Reporters(Mapping[str, Reporter]):
    """Troth's own reporters, then the installed ones; a plug-in is imported when it is looked up."""

    def __init__(self, ours: Mapping[str, Reporter], installed: Plugins[ReporterDescription]) -> None:
        self._ours = ours
        self._installed = installed

    def __getitem__(self, name: str) -> Reporter:
        if name in self._ours:
            self._installed.refuse(name)
            return self._ours[name]
        if name not in self._installed.names:
            raise KeyError(name)
        plugin = self._installed.load(name)

        def write(report: Report, path: Path) -> None:
            try:
                plugin.description.write(report, path)
            except (OSError, TrothError):
                raise
            except Exception as error:
                raise _failed("reporter", plugin, error) from error

        return write

    def __iter__(self) -> Iterator[str]:
        yield from dict.fromkeys((*self._ours, *self._installed.names))

    def __len__(self) -> int:
        return len(tuple(iter(self)))


def _findings(
    plugin: Plugin[CheckDescription], exchange: Exchange, operation: Operation, seen: Judged
) -> tuple[Finding, ...]:
    """What a check says; where its code fails, one unjudged finding that names its distribution."""
    try:
        findings = tuple(plugin.description.check(exchange, operation, seen))
        complaints = [_finding_complaint(finding, plugin, operation) for finding in findings]
    except TrothError:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of an outside check is told, and the run goes on
        findings, complaints = (), [f"{type(error).__name__}: {error}"]
    complaint = next(filter(None, complaints), "")
    if not complaint:
        return findings
    name = plugin.description.name
    return (
        Finding(
            code="TR905",
            vendor=operation.vendor,
            operation=operation.name,
            subject=f"check {name}",
            message=f"the check {name!r} of {plugin.origin} failed: {complaint}",
            basis=operation.basis,
            citation=None,
            position=operation.position,
            unjudged=True,
        ),
    )


def _finding_complaint(finding: Finding, plugin: Plugin[CheckDescription], operation: Operation) -> str:
    if finding.code not in {code.code for code in plugin.description.codes}:
        return f"it gave the code {finding.code!r}, which it does not describe"
    if (finding.vendor, finding.operation) != (operation.vendor, operation.name):
        return f"it gave a finding on {finding.vendor}.{finding.operation} for an answer of {operation}"
    return ""


def _check_complaint(description: CheckDescription) -> str:
    """What is wrong with a check's description; ``""`` where nothing is."""
    name = description.name
    if not CHECK_NAME.fullmatch(name) or name == _OURS:
        return f"the name of a check is 2 to 12 letters from a to z, and not {_OURS!r}"
    for code in description.codes:
        if not re.fullmatch(name.upper() + r"\d{3}", code.code):
            return f"the code {code.code!r} is not {name.upper()} and three digits"
    return "" if description.codes else "it describes no code"


def _failed(
    kind: str, plugin: Plugin[SourceDescription] | Plugin[ReporterDescription], error: Exception
) -> PluginFailed:
    return PluginFailed(
        f"the {kind} {plugin.description.name!r} of {plugin.origin} failed: {type(error).__name__}: {error}"
    )
