"""Reports made by hand, one for each thing that a reporter must show."""

from dataclasses import replace
from datetime import date

from troth.errors import ExitCode, Position
from troth.model.exchange import Exchange, NoAnswer, Request, Response, Silence
from troth.model.operation import Basis, Citation
from troth.model.report import Count, Finding, ItemResult, Kind, Promise, Reason, Report, Reported, RunFacts, Verdict
from troth.model.waivers import Waiver
from troth.secrets.redactor import Redactor

PAGE = Citation("page", "oneall-storage-lookup", "Example Resultset Lookup Failed")
SECRETS = {"pub-5f3a9c": "ONEALL_SITE_KEYS_USERNAME", "prv&7e1d'2b": "ONEALL_SITE_KEYS_PASSWORD"}
WAIVER = Waiver(
    finding="TR203 oneall.lookupStorageUser found-ours at status/flag",
    reason="capital letter, ticket 4711",
    until=date(2027, 1, 31),
    who="Ada Lovelace",
    position=Position("waivers.yaml", 3, 3),
)
EXPIRED = replace(
    WAIVER,
    finding="TR201 oneall.lookupStorageUser wrong-keys at status 200",
    reason="they know",
    until=date(2026, 11, 20),
    position=Position("waivers.yaml", 8, 3),
)
RUN = RunFacts(
    target="mock",
    target_kind="mock",
    build="",
    specs_sha256="1a2b3c4d5e6f7a8b9c0d",
    contracts_sha256="f0e1d2c3b4a5968778",
    seed=42,
    started="2026-11-22T03:04:05+00:00",
    version="0.1.0",
)
EMPTY = Report(
    run=RUN,
    items=(),
    findings=(),
    counts=(),
    seconds=0.0,
    verdict=Verdict.UNJUDGED,
    exit_code=ExitCode.NOT_JUDGED,
    reasons=(Reason("nothing-selected", "nothing was selected, so nothing was judged", ExitCode.NOT_JUDGED),),
)


def finding(code: str = "TR203", **changes: object) -> Finding:
    whole: dict[str, object] = {
        "code": code,
        "vendor": "oneall",
        "operation": "lookupStorageUser",
        "subject": "nobody-matches",
        "message": "the answer differs from the promised one",
        "basis": Basis.EXAMPLE,
        "citation": PAGE,
        "position": Position("contracts/oneall/storage-lookup.yaml", 31, 7),
        "where": "body /response/request/status/info",
        "expected": "No user corresponding to your lookup criteria has been found",
        "answered": "User not found",
    }
    return Finding(**{**whole, **changes})  # type: ignore[arg-type]


def exchange(body: bytes = b'{"request":{}}', answer: Response | NoAnswer | None = None) -> Exchange:
    request = Request(
        "POST",
        "https://example.api.oneall.com/storage/users/user/lookup.json",
        (("Content-Type", "application/json"),),
        body,
    )
    return Exchange(
        request, answer or Response(404, (("Content-Type", "application/json"),), b'{"response":{}}'), 0.012
    )


def reported(found: Finding, severity: str, **changes: object) -> Reported:
    verdict = {"breach": Verdict.BROKEN, "unjudged": Verdict.UNJUDGED, "waived": Verdict.WAIVED}.get(
        severity, Verdict.KEPT
    )
    whole = Reported(found, verdict, severity, 1, "oneall/lookupStorageUser/cases/nobody-matches", exchange())
    return replace(whole, **changes)  # type: ignore[arg-type]


def promise(
    kind: Kind, name: str, basis: Basis = Basis.DOCUMENTED, operation: str = "lookupStorageUser", **rest: object
) -> Promise:
    position = Position("contracts/oneall/storage-lookup.yaml", 40, 3)
    return Promise("oneall", operation, kind, name, basis, position, **rest)  # type: ignore[arg-type]


def item(name: str, verdict: Verdict = Verdict.KEPT, exchanges: int = 1, **rest: object) -> ItemResult:
    whole: dict[str, object] = {
        "name": f"oneall/lookupStorageUser/cases/{name}",
        "source": "cases",
        "vendor": "oneall",
        "operation": "lookupStorageUser",
        "verdict": verdict,
        "exchanges": exchanges,
        "seconds": 0.25,
    }
    return ItemResult(**{**whole, **rest})  # type: ignore[arg-type]


def _findings() -> tuple[Reported, ...]:
    status = finding(
        "TR201",
        basis=Basis.DOCUMENTED,
        subject="wrong-keys",
        message="the status is another one",
        where="status",
        expected="401",
        answered="200",
    )
    expect = finding(
        "TR302",
        basis=Basis.OBSERVED,
        citation=Citation("client", "pyoneall"),
        subject="every-criterion-matches",
        message="With several criteria, only a user that matches every one of them is returned. — "
        'response.body.response has no field "result"',
        where="response.body.response.result",
        expected='["user_token", "login", "externalid"].all(f, !(f in asked) ||\n'
        "  string(asked[f]) == string(found[f]))",
        answered="",
    )
    odd = finding(
        "TR104",
        basis=Basis.ASSUMED,
        citation=Citation("ours", "the page shows dates and says nothing of their form"),
        operation="readStorageUser",
        subject="conformance 200",
        message='"\x1b[31m…" does not match "^[0-9]{2}/[0-9]{2}/[0-9]{4}$"',
        where="body /response/result/data/user/identity/birthday",
        expected="",
        answered="\x1b[31mtoday\r\nor so",
    )
    fact = finding(
        "TR903",
        subject="theirs",
        message="the target does not give the fact $world.other.login",
        where="",
        expected="",
        answered="",
        unjudged=True,
    )
    silent = replace(
        fact, code="TR901", operation="readStorageUser", subject="answer", message="no answer: no answer in time"
    )
    waived = finding(subject="found-ours", where="status/flag", expected="success", answered="Success")
    line = "curl -i -X POST -u \"$ONEALL_SITE_KEYS_USERNAME:$ONEALL_SITE_KEYS_PASSWORD\" http://127.0.0.1:8765/ -d '{}'"
    return (
        reported(status, "breach", curl=line, count=3, waiver=EXPIRED),
        reported(finding(), "surprise", curl=line),
        reported(expect, "surprise"),
        reported(odd, "surprise", count=1200, item="oneall/readStorageUser/properties/fuzzing"),
        reported(fact, "unjudged", exchange=None),
        reported(replace(fact, subject="theirs-too"), "unjudged", exchange=None, count=2),
        reported(silent, "unjudged", exchange=exchange(answer=NoAnswer(Silence.TIMEOUT, "30 s"))),
        reported(waived, "waived", waiver=WAIVER),
    )


def _counts() -> tuple[Count, ...]:
    busy = promise(Kind.ROW, "too-many", provoke="no request brings about a 429 on purpose")
    return (
        Count(promise(Kind.CLAUSE, "every-criterion-matches", Basis.OBSERVED), kept=3, broken=1),
        Count(promise(Kind.CLAUSE, "own-data-only"), kept=4),
        Count(promise(Kind.CLAUSE, "paged", required=True), unjudged=2),
        Count(promise(Kind.ROW, "wrong-keys"), broken=3),
        Count(promise(Kind.ROW, "nobody-matches", Basis.EXAMPLE), kept=2),
        Count(promise(Kind.ROW, "no-criteria", Basis.ASSUMED), shadowed=5),
        Count(busy),
        Count(promise(Kind.CLASS, "login.ours"), kept=9),
        Count(promise(Kind.CLASS, "login.theirs")),
        Count(promise(Kind.STATUS, "200"), kept=7),
        Count(promise(Kind.STATUS, "404")),
        Count(promise(Kind.CLAUSE, "fresh", operation="readStorageUser"), kept=1234),
    )


def full() -> Report:
    findings = _findings()
    by = {one.severity: one.finding for one in findings}
    report = Report(
        run=replace(RUN, build="2026.11-rc1"),
        items=(
            item("wrong-keys", Verdict.BROKEN, findings=(by["breach"], by["surprise"])),
            item("nobody-matches", exchanges=2, findings=(findings[1].finding,)),
            item("theirs", Verdict.UNJUDGED, findings=(findings[4].finding,)),
            item("no-criteria", Verdict.SKIPPED, 0, skipped="nothing to send"),
            item("found-ours", Verdict.WAIVED, findings=(by["waived"],)),
            item("fuzzing", exchanges=2341, source="properties", operation="readStorageUser", seconds=2.0),
        ),
        findings=findings,
        counts=_counts(),
        seconds=3.14159,
        verdict=Verdict.BROKEN,
        exit_code=ExitCode.BROKEN,
        reasons=(Reason("broken", "1 promise is broken", ExitCode.BROKEN),),
        removable=(
            replace(WAIVER, finding="TR301 oneall.readUser own-data-only", position=Position("waivers.yaml", 13)),
        ),
    )
    return Redactor(SECRETS).clean(report)


def kept() -> Report:
    counts = (
        Count(promise(Kind.CLAUSE, "own-data-only"), kept=1),
        Count(promise(Kind.ROW, "nobody-matches", Basis.EXAMPLE), kept=1),
    )
    run = replace(RUN, target="http://127.0.0.1:8765", target_kind="live", fail_on=Basis.ASSUMED)
    return Report(run, (item("nobody-matches"),), (), counts, 0.04, Verdict.KEPT, 0)


def surprising(many: int) -> Report:
    """A report with that many surprises."""
    findings = tuple(reported(finding(subject=f"row-{index}"), "surprise") for index in range(many))
    return replace(EMPTY, findings=findings)
