"""A report without secrets, made once before anything is written, so that no reporter can forget one."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

from troth.errors import Position
from troth.model.exchange import Exchange, Headers, NoAnswer, Request, Response
from troth.model.operation import Citation
from troth.model.report import Count, Finding, ItemResult, Promise, Report, Reported
from troth.model.waivers import Waiver
from troth.secrets.redactor import Redactor
from troth.wire.codings import readable


def redacted(report: Report) -> Report:
    """The same report with ``<NAME>`` wherever one of ``report.secrets`` appeared, in any encoding."""
    return _Cleaner(Redactor(report.secrets)).report(report) if report.secrets else report


def redacted_findings(found: Iterable[Reported], secrets: Mapping[str, str]) -> tuple[Reported, ...]:
    """The same for findings without their report."""
    cleaner = _Cleaner(Redactor(secrets))
    return tuple(map(cleaner.reported, found))


class _Cleaner:
    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._text = cache(redactor.text)  # most texts are names that return on every line

    def report(self, report: Report) -> Report:
        run = replace(report.run, target=self._text(report.run.target), build=self._text(report.run.build))
        return replace(
            report,
            run=run,
            items=tuple(self._item(item) for item in report.items),
            findings=tuple(self.reported(one) for one in report.findings),
            counts=tuple(self._count(count) for count in report.counts),
            reasons=tuple(replace(reason, text=self._text(reason.text)) for reason in report.reasons),
            unrecorded={self._text(reason): count for reason, count in report.unrecorded.items()},
            removable=tuple(self._waiver(waiver) for waiver in report.removable),
            secrets={},
        )

    def _item(self, item: ItemResult) -> ItemResult:
        return replace(
            item,
            name=self._text(item.name),
            source=self._text(item.source),
            vendor=self._text(item.vendor),
            operation=self._text(item.operation),
            findings=tuple(self._finding(finding) for finding in item.findings),
            skipped=self._text(item.skipped),
        )

    def reported(self, one: Reported) -> Reported:
        return replace(
            one,
            finding=self._finding(one.finding),
            item=self._text(one.item),
            exchange=None if one.exchange is None else self._exchange(one.exchange),
            curl=self._text(one.curl),
            waiver=None if one.waiver is None else self._waiver(one.waiver),
        )

    def _waiver(self, waiver: Waiver) -> Waiver:
        return replace(
            waiver,
            finding=self._text(waiver.finding),
            reason=self._text(waiver.reason),
            who=self._text(waiver.who),
            target=self._text(waiver.target),
            position=self._position(waiver.position),
        )

    def _finding(self, finding: Finding) -> Finding:
        return replace(
            finding,
            vendor=self._text(finding.vendor),
            operation=self._text(finding.operation),
            subject=self._text(finding.subject),
            message=self._text(finding.message),
            citation=self._citation(finding.citation),
            position=self._position(finding.position),
            where=self._text(finding.where),
            expected=self._text(finding.expected),
            answered=self._text(finding.answered),
        )

    def _count(self, count: Count) -> Count:
        promise = count.promise
        return replace(
            count,
            promise=Promise(
                vendor=self._text(promise.vendor),
                operation=self._text(promise.operation),
                kind=promise.kind,
                name=self._text(promise.name),
                basis=promise.basis,
                position=self._position(promise.position),
                says=self._text(promise.says),
                citation=self._citation(promise.citation),
                required=promise.required,
                provoke=self._text(promise.provoke),
            ),
        )

    def _citation(self, citation: Citation | None) -> Citation | None:
        if citation is None:
            return None
        return replace(citation, name=self._text(citation.name), section=self._text(citation.section))

    def _position(self, position: Position) -> Position:
        return replace(position, file=self._text(position.file), text=self._text(position.text))

    def _exchange(self, exchange: Exchange) -> Exchange:
        return replace(exchange, request=self._request(exchange.request), answer=self._answer(exchange.answer))

    def _request(self, request: Request) -> Request:
        request = readable(request)
        return Request(
            self._text(request.method),
            self._text(request.url),
            self._headers(request.headers),
            self._redactor.data(request.body),
        )

    def _answer(self, answer: Response | NoAnswer) -> Response | NoAnswer:
        if isinstance(answer, NoAnswer):
            return NoAnswer(answer.reason, self._text(answer.detail))
        # Within compressed bytes nothing could be hidden.
        answer = readable(answer)
        return Response(answer.status, self._headers(answer.headers), self._redactor.data(answer.body))

    def _headers(self, headers: Headers) -> Headers:
        return tuple((self._text(name), self._text(value)) for name, value in headers)
