"""A check: no answer tells what the vendor's server runs on."""

from collections.abc import Iterator

from troth.model.exchange import Exchange, Response
from troth.model.operation import Basis, Citation, Operation
from troth.model.ports import Judged
from troth.model.report import Finding
from troth.plugins.descriptions import CheckDescription
from troth.reporting.codes import Code

TELLING = ("server-version", "x-powered-by")


def check(exchange: Exchange, operation: Operation, _seen: Judged) -> Iterator[Finding]:
    """One finding for each header that tells it."""
    if not isinstance(exchange.answer, Response):
        return
    for name, value in exchange.answer.headers:
        if name.lower() in TELLING:
            yield Finding(
                code="LEAKS101",
                vendor=operation.vendor,
                operation=operation.name,
                subject=name.lower(),
                message="the answer tells what the server runs on",
                basis=Basis.ASSUMED,
                citation=Citation("ours", "attackers look up what is known of a version"),
                position=operation.position,
                where=f"header {name}",
                expected="absent",
                answered=value,
            )


CHECK = CheckDescription(
    api_version=1,
    name="leaks",
    check=check,
    codes=(
        Code(
            "LEAKS101",
            "software named",
            "A header of the answer names the software that the server runs on.",
            "Attackers look up what is known of a version.",
            "Have the vendor's proxy remove the header.",
            "at header X-Powered-By\n  expected  absent\n  answered  parcels 1.0",
        ),
    ),
)
