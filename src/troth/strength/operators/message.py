"""Operators for an answer as a whole: its status, headers and bytes, and the answers of other requests."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from troth.model.exchange import OUTAGES, Headers, Response, header
from troth.strength.values import same_format

_UNDOCUMENTED = (206, 299, 402, 409, 418, 422, 500)
_TRANSPORT = frozenset({"content-length", "transfer-encoding", "connection", "content-encoding", "keep-alive"})
"""HTTP clients check these themselves; an answer with a wrong one never arrives."""


@dataclass(frozen=True, slots=True)
class WholeAnswer:
    """An answer, and the statuses and answers that operators may put in its place."""

    answer: Response
    statuses: tuple[int, ...] = ()
    """The statuses that the spec lists for the operation by number."""
    ranges: tuple[str, ...] = ()
    """The first characters of the ranges that it lists: ``4`` for ``4xx``, ``d`` for ``default``."""
    others: tuple[tuple[str, Response], ...] = ()
    """Answers of the same operation to other requests, each with the rows that it met."""
    rows: str = ""
    """The rows that this answer met."""
    step: int = 1


Edit = tuple[Response, str, str]
"""A changed answer, the place, and the change as the end of a sentence."""
Operator = Callable[[WholeAnswer], Iterator[Edit]]


def with_body(answer: Response, body: bytes) -> Response:
    """A copy of the answer with another body and the content-length of that body."""
    headers = tuple(
        (name, str(len(body)) if name.lower() == "content-length" else value) for name, value in answer.headers
    )
    return Response(answer.status, headers, body)


def documented_status(whole: WholeAnswer) -> Iterator[Edit]:
    """Replace the status by each other one that the spec lists."""
    for status in whole.statuses:
        if status not in (whole.answer.status, *OUTAGES):
            yield replace(whole.answer, status=status), "status", f"become {status}"


def undocumented_status(whole: WholeAnswer) -> Iterator[Edit]:
    """Replace the status by two that the spec does not list: one with the same first digit, one with another."""
    first_digit = whole.answer.status // 100
    known = [
        status
        for status in _UNDOCUMENTED
        if status not in (*whole.statuses, whole.answer.status)
        and str(status)[0] not in whole.ranges
        and "d" not in whole.ranges
    ]
    same = [status for status in known if status // 100 == first_digit][:1]
    elsewhere = [status for status in known if status // 100 != first_digit]
    for status in (*same, *elsewhere[whole.step % max(len(elsewhere), 1) :][:1]):
        yield replace(whole.answer, status=status), "status", f"become {status}"


def content_type(whole: WholeAnswer) -> Iterator[Edit]:
    """Change the content-type to another media type."""
    if header(whole.answer.headers, "content-type") is None:
        return
    media_type = (header(whole.answer.headers, "content-type") or "").partition(";")[0].strip().lower()
    for another in ("text/plain", "text/html", "application/json"):
        if another != media_type:
            yield _with_header(whole.answer, "content-type", another), "header content-type", f"become {another}"
            return


def drop_header(whole: WholeAnswer) -> Iterator[Edit]:
    """Remove a header."""
    for name, _ in _own(whole.answer.headers):
        kept = tuple(field for field in whole.answer.headers if field[0].lower() != name)
        yield replace(whole.answer, headers=kept), f"header {name}", "be missing"


def change_header(whole: WholeAnswer) -> Iterator[Edit]:
    """Replace the value of a header by another one of the same format."""
    for name, value in _own(whole.answer.headers):
        if name != "content-type":
            yield (
                _with_header(whole.answer, name, same_format(value, whole.step)),
                f"header {name}",
                "have another value",
            )


def _own(headers: Headers) -> Iterator[tuple[str, str]]:
    for name in sorted({name.lower() for name, _ in headers} - _TRANSPORT):
        yield name, header(headers, name) or ""


def _with_header(answer: Response, wanted: str, value: str) -> Response:
    return replace(
        answer, headers=tuple((name, value if name.lower() == wanted else given) for name, given in answer.headers)
    )


def other_row(whole: WholeAnswer) -> Iterator[Edit]:
    """Send the whole answer that was given where another row applied."""
    for rows, answer in whole.others:
        if rows != whole.rows:
            yield answer, "answer", f"be that of {rows or 'a request of no row'}"


def other_request(whole: WholeAnswer) -> Iterator[Edit]:
    """Send the whole answer to another request of the same rows."""
    for rows, answer in whole.others:
        if rows == whole.rows and answer.status == whole.answer.status:
            yield answer, "answer", "be that to another request"


def error_as_success(whole: WholeAnswer) -> Iterator[Edit]:
    """Send the body of an error under the status of this success."""
    if whole.answer.status < 300:
        for rows, error in whole.others:
            if error.status >= 400:
                yield replace(error, status=whole.answer.status), "body", f"be the error of {rows or 'another request'}"


def success_as_error(whole: WholeAnswer) -> Iterator[Edit]:
    """Send the body of a success under the status of this error."""
    if whole.answer.status >= 400:
        for rows, success in whole.others:
            if success.status < 300:
                yield (
                    replace(success, status=whole.answer.status),
                    "body",
                    f"be the success of {rows or 'another request'}",
                )


def truncate(whole: WholeAnswer) -> Iterator[Edit]:
    """Remove the second half of the body."""
    body = whole.answer.body
    if len(body) > 1:
        yield with_body(whole.answer, body[: len(body) // 2]), "body", "be cut short"


def corrupt(whole: WholeAnswer) -> Iterator[Edit]:
    """Insert a byte that is valid in no UTF-8 text."""
    body = whole.answer.body
    if body:
        middle = len(body) // 2
        yield with_body(whole.answer, body[:middle] + b"\xff" + body[middle + 1 :]), "body", "hold a broken byte"


def no_body(whole: WholeAnswer) -> Iterator[Edit]:
    """Send no body."""
    if whole.answer.body:
        yield with_body(whole.answer, b""), "body", "be empty"


def error_page(whole: WholeAnswer) -> Iterator[Edit]:
    """Send an HTML page as the body, with unchanged headers, as a misconfigured proxy does."""
    if whole.answer.body:
        page = b"<html><body><h1>It works!</h1></body></html>"
        yield with_body(whole.answer, page), "body", "be some page"


OPERATORS: Mapping[str, Operator] = {
    "documented-status": documented_status,
    "undocumented-status": undocumented_status,
    "content-type": content_type,
    "drop-header": drop_header,
    "change-header": change_header,
    "other-row": other_row,
    "other-request": other_request,
    "error-as-success": error_as_success,
    "success-as-error": success_as_error,
    "truncate": truncate,
    "corrupt": corrupt,
    "no-body": no_body,
    "error-page": error_page,
}
"""Name → operator, in the order in which they are tried."""
