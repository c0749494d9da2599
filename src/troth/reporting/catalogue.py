"""The catalogue: every clause and row of a vendor on a page of Markdown, made from the contracts alone."""

from collections.abc import Iterable, Iterator

from troth.model.book import Vendor
from troth.model.contract import Clause, Contract, Row
from troth.model.operation import Operation

_HEAD = """\
# {title}

What Troth holds {vendor} to, promise by promise. This page is generated from `contracts/{vendor}/` and
`specs/{vendor}.yaml` by `troth catalogue`; do not edit it. Troth is not affiliated with the vendor, and nothing here
was ever run against its live systems.

**Basis**: *documented* – a page says it; breaking it is a breach. *example* – a page only shows it; *observed* – a
public client or recording relies on it; *assumed* – our own reading. Breaking one of these three is a surprise.
"""


def catalogue(vendor: Vendor) -> str:
    """A vendor's page: each operation with its rows and clauses, and the pages that these cite."""
    lines = [_HEAD.format(title=f"Promises of {vendor.name}", vendor=vendor.name), *_summary(vendor)]
    shared = [contract for contract in vendor.contracts if contract.shared]
    for contract in shared:
        lines += _section(f"Shared: {contract.topic}", _where(contract), (contract,))
    for operation in vendor.spec.operations.values():
        contracts = (contract for contract in vendor.contracts if operation.name in contract.operations)
        single = tuple(contract for contract in contracts if not contract.shared)
        lines += _section(operation.name, _about(operation, shared), single)
    lines += _sources(vendor)
    return "\n".join(lines).rstrip() + "\n"


def _summary(vendor: Vendor) -> Iterator[str]:
    rows = [row for contract in vendor.contracts for row in contract.rows]
    clauses = [clause for contract in vendor.contracts for clause in contract.clauses]
    bases = [row.basis for row in rows] + [clause.basis for clause in clauses]
    parts = ", ".join(f"{bases.count(basis)} {basis}" for basis in sorted(set(bases)))
    operations = len(vendor.spec.operations)
    yield f"{operations} operations, {len(rows)} rows of decision tables, {len(clauses)} clauses: {parts}."
    yield ""


def _where(contract: Contract) -> str:
    return f"Holds for {', '.join(f'`{name}`' for name in contract.operations)}. File: `{contract.topic}.yaml`."


def _about(operation: Operation, shared: Iterable[Contract]) -> str:
    topics = [contract.topic for contract in shared if operation.name in contract.operations]
    name = f" · SOAP `{operation.soap.element}`" if operation.soap is not None else ""
    statuses = ", ".join(operation.responses)
    text = f"`{operation.method} {operation.path}`{name} · statuses of the spec: {statuses}."
    if operation.deprecated:
        text += " Deprecated by the vendor."
    return text + (f" Also holds: {', '.join(topics)}." if topics else "")


def _section(title: str, about: str, contracts: tuple[Contract, ...]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield about
    yield ""
    rows = [row for contract in contracts for row in contract.rows]
    clauses = [clause for contract in contracts for clause in contract.clauses]
    if rows:
        yield "| answer | says | basis | source | exercised by |"
        yield "|---|---|---|---|---|"
        yield from (_line(row, _row_says(row)) for row in rows)
        yield ""
    if clauses:
        yield "| clause | says | basis | source | exercised by |"
        yield "|---|---|---|---|---|"
        yield from (_line(clause, clause.says or f"`{clause.expect.text}`") for clause in clauses)
        yield ""
    unreachable = {status: why for contract in contracts for status, why in contract.statuses.items()}
    for status, why in unreachable.items():
        yield f"- status {status} cannot be provoked: {_plain(why)}"
    if unreachable:
        yield ""


def _row_says(row: Row) -> str:
    status = f" ({' or '.join(row.status)})" if row.status else ""
    return f"{row.says}{status}"


def _line(promise: Row | Clause, says: str) -> str:
    how = (
        f"nothing: {promise.provoke}"
        if promise.provoke
        else "cases, properties"
        if isinstance(promise, Clause)
        else "cases"
    )
    return f"| `{promise.name}` | {_plain(says)} | {promise.basis} | {_plain(str(promise.citation))} | {_plain(how)} |"


def _plain(text: str) -> str:
    """A text on one line without signs that end a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def _sources(vendor: Vendor) -> Iterator[str]:
    yield "## Sources"
    yield ""
    cited = {row.citation.name for contract in vendor.contracts for row in contract.rows}
    cited |= {clause.citation.name for contract in vendor.contracts for clause in contract.clauses}
    for name, page in vendor.sources.items():
        if name in cited:
            yield f"- **{name}** ({page.kind}): {page.title}" + (f" – <{page.url}>" if page.url else "")
