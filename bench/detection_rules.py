"""Our rules as a check of ``st run``: Schemathesis makes the requests, Troth judges the answers.

Loaded by Schemathesis itself (``SCHEMATHESIS_HOOKS=detection_rules``). Before each request of its phases without a
sequence the mock is reset, as Troth does it, so that the facts of the world hold. In sequences they may not: there only
those rules hold that need no fact. Rules that compare what was before with what is after have nothing to look at here.
"""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request as Ask
from urllib.request import urlopen

import schemathesis

from troth.judging.judge import OperationJudge
from troth.model.exchange import Exchange, Request, Response
from troth.model.facts import Facts
from troth.model.ports import Judged
from troth.model.report import Finding
from troth.session.open import open_all
from troth.session.reach import select
from troth.sources.routing import Router
from troth.wire.soap import XsdValidator

ROOT = Path(__file__).parents[1]
WITHOUT_SEQUENCE = ("examples", "coverage", "fuzzing")


class Rules:
    """All that a vendor is held to, ready to judge what Schemathesis got from the mock at ``address``."""

    def __init__(self, vendor: str, address: str, base: str, notes: Path) -> None:
        opened = open_all(select(ROOT, vendors=(vendor,)))
        book, terms = opened.book, opened.terms
        with urlopen(f"{address}/_mock/world") as answer:
            self._facts = Facts(world=json.load(answer)[vendor], closed=True)
        xsd = book.vendors[vendor].spec.xsd
        validator = XsdValidator(xsd) if xsd is not None else None
        self._judges = {
            operation.name: OperationJudge(terms.operations[str(operation)], self._facts, validator)
            for operation in book.operations()
        }
        self._servers = sorted({operation.server for operation in book.operations()})
        self._router = Router(book.vendors[vendor])
        self._address = address
        self._base = base
        self._notes = notes

    def reset(self) -> None:
        """Back to the seed data."""
        urlopen(Ask(f"{self._address}/_mock/reset", data=b"")).close()

    def judge(self, case: str, phase: str, sent: Any, got: Any) -> list[Finding]:
        """What there is to say against one answer; it is written down too."""
        parts = urlsplit(sent.url)
        rest = parts.path.removeprefix(self._base) + (f"?{parts.query}" if parts.query else "")
        body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
        for server in self._servers:
            request = Request(sent.method, server + rest, tuple(_headers(sent.headers)), body)
            operation = self._router.operation_of(request)
            if operation is not None:
                break
        else:
            return []
        headers = tuple((name, value) for name, values in got.headers.items() for value in values)
        exchange = Exchange(request, Response(got.status_code, headers, got.content or b""))
        stale = phase not in WITHOUT_SEQUENCE
        judgement = self._judges[operation.name].judge(exchange, Judged(self._facts, stale=stale))
        against = [finding for finding in judgement.findings if not finding.unjudged]
        with self._notes.open("a", encoding="utf-8") as file:
            for finding in against:
                kind = f"{finding.code} {finding.subject} of {finding.operation}"
                file.write(json.dumps({"case": case, "kind": kind, "basis": str(finding.basis)}) + "\n")
        return against


def _headers(headers: Any) -> Any:
    for name, value in headers.items():
        yield name, value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _phase(case: Any) -> str:
    return str(case.meta.phase.name.value) if case.meta is not None else ""


if "TROTH_BENCH_VENDOR" in os.environ:
    RULES = Rules(
        os.environ["TROTH_BENCH_VENDOR"],
        os.environ["TROTH_BENCH_ADDRESS"],
        os.environ["TROTH_BENCH_BASE"],
        Path(os.environ["TROTH_BENCH_NOTES"]),
    )

    @schemathesis.hook
    def before_call(context: Any, case: Any, kwargs: Any) -> None:  # noqa: ARG001
        """The facts hold at the beginning of every request that stands alone."""
        if _phase(case) in WITHOUT_SEQUENCE:
            RULES.reset()

    @schemathesis.check
    def our_rules(ctx: Any, response: Any, case: Any) -> None:  # noqa: ARG001
        """Everything that our contracts promise of this answer."""
        against = RULES.judge(case.id, _phase(case), response.request, response)
        if against:
            raise AssertionError("; ".join(f"{one.code} {one.subject}: {one.message}" for one in against)[:2000])
