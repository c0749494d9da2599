"""The codes of findings: what each means, why it matters, what to do. For ``troth explain`` and a page of the docs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from textwrap import fill, indent

from troth.errors import UsageInvalid, did_you_mean


@dataclass(frozen=True, slots=True)
class Code:
    """A code of findings. The texts are Markdown."""

    code: str
    title: str
    means: str
    matters: str
    action: str
    example: str
    """Lines of a report with such a finding."""


_TABLE = (
    Code(
        "TR101",
        "undocumented status",
        "The vendor answered with a status that its spec does not list: not by number, not as a range such as "
        "`4XX`, not as `default`. If the spec does not describe the *request* either, it is our own reading that "
        "something is wrong, and the finding is a surprise. Where a row of a decision table speaks of the request, "
        "the wrong status is reported once, as TR201.",
        "A caller written by the documentation has no branch for this status: it will be taken for success or for "
        "an outage.",
        "Send the request again with the curl line. If the vendor means it, add the response to the spec with the "
        "page that says so, or with `x-basis: observed`. If not, report it to the vendor.",
        "at status\n  expected  200, 404\n  answered  500",
    ),
    Code(
        "TR102",
        "wrong media type",
        "The body comes with a `Content-Type` that the spec does not list for this status, or with none. The body "
        "is not looked at any further.",
        "Clients choose their parser by the media type. An HTML error page where JSON was promised is what most "
        "often brings them down.",
        "Look at the body: a proxy's or a framework's own page means that the service itself never answered. A "
        "type that the vendor does use belongs in the spec.",
        "at content-type\n  expected  application/json\n  answered  text/html",
    ),
    Code(
        "TR103",
        "unreadable body",
        "The body is not what the answer says of it: broken JSON or XML, text that is not UTF-8, bytes that are not in "
        "the `Content-Encoding` that they are said to be in, or nothing at all. It is reported once; nothing that "
        "would need the body is said about this answer.",
        "No client can read it either. A body that was cut short usually means a crash while it was written.",
        "Send the request again. If it comes and goes, look at sizes and time-outs; the JSON report has the first "
        "4 kB.",
        "the body is not UTF-8 (byte 17)",
    ),
    Code(
        "TR104",
        "body against its schema",
        "The body can be read, but a part of it breaks the schema of the spec. The place is a JSON Pointer (`soap "
        "return` for what a SOAP function returns). At most five places of one body are reported. The basis is the "
        "nearest `x-basis` above the broken keyword.",
        "A missing field or another type is what breaks typed clients at run time.",
        "Compare the place in the answer with the page. If the schema was read too strictly from an example, say "
        "so with `x-basis: example`, or loosen it; if the page promises it, it is a breach.",
        "at body /response/result/data/user/identities\n  answered  None",
    ),
    Code(
        "TR105",
        "header missing or against its schema",
        "A header that the spec requires is missing, or a header's value breaks its schema.",
        "Headers carry what bodies do not: where a new thing lives, when to come again, how to sign in.",
        "See whether a proxy between you and the vendor drops or rewrites it. If the vendor never promised it, it "
        "is not `required`.",
        "at header WWW-Authenticate\n  expected  present\n  answered  absent",
    ),
    Code(
        "TR106",
        "SOAP message against its schema",
        "The answer is XML, but not the message that the WSDL and XSD describe: another element than the "
        "function's response, a part too many or too few, the wrong type or namespace. A SOAP fault is a message "
        "and is not reported here.",
        "Generated SOAP clients are lax in one language and strict in the next: what passes in PHP stops Java.",
        "The message of the XML Schema validator names the element. Compare it with the vendor's own WSDL; ours is "
        "hand-written and may be wrong.",
        "at soap body\n  expected the element getSyncTokenResponse",
    ),
    Code(
        "TR107",
        "header section against HTTP",
        "The header section of the answer has what HTTP forbids: a line that is no field, a name that is none, a space "
        "before the colon, a control character, a Content-Length beside a Transfer-Encoding, two values of a field "
        "that is no list. The answer is judged all the same, since clients differ in what they make of it. No vendor's "
        "page promises HTTP by name, so this is a surprise.",
        "Some clients drop the line, some drop every line after it, and some refuse the answer; a proxy and a server "
        "that read it differently can be played against each other.",
        "The message names the section of the standard. Look for a header that is made by hand from text.",
        "at header My Param\n  the name of this header field is no name (RFC 9110, section 5.1)",
    ),
    Code(
        "TR201",
        "wrong status",
        "One row of a decision table applies to the request, and it promises another status. The row's other "
        "fields are then not compared: one fault, one finding.",
        "The status is what callers branch on. A refusal that looks like success is the worst of them: credentials "
        "that should fail, work.",
        "Read the row's `when` and the request's classes. If the vendor is right, the row's page or condition is "
        "misread; if not, the citation under the finding is what to send to the vendor.",
        "at status\n  expected  401\n  answered  200",
    ),
    Code(
        "TR202",
        "several rows apply and none fits",
        "More than one row of a table applies to the request (two things are wrong with it at once), pages give no "
        "order, so any of their answers would do. This answer is none of them. It is a breach if one of the rows "
        "is documented.",
        "Whatever order the vendor checks in, it should have come to one of these answers; it came to something "
        "that no page speaks of.",
        "Find the smallest request that shows it: does each row alone hold? If one alone is broken, that is the "
        "cause. If all hold alone, the combination has an answer of its own and deserves a row.",
        "several rows apply (no-such-user, wrong-password) and the answer fits none of them",
    ),
    Code(
        "TR203",
        "the answer differs from the promised one",
        "One row applies and the status is right, but another part of the answer is not: a text, a flag, a value "
        "that should be the known one. `answered nothing` means that the part is missing.",
        "Texts and flags are what callers match on when one status stands for several outcomes; a foreign value "
        "may be another customer's data.",
        "Compare expected and answered. A text that was reworded is worth a note to the vendor and an update of "
        "the row; a foreign value is worth a telephone call.",
        "at info\n  expected  No user corresponding to your lookup criteria has been found\n  answered  User not found",
    ),
    Code(
        "TR301",
        "a clause is broken",
        "The clause's `when` holds for this exchange and its `expect` is false (or gave something that is neither "
        "true nor false). Expected is the expression as the contract has it.",
        "A clause is a promise in the vendor's own words: its sentence begins the message.",
        "Evaluate the expression by hand on the exchange in the JSON report. If it asks more than its page says, "
        "mend the clause; else send the vendor the citation and the curl line.",
        "every page but the last is full: the expectation does not hold\n  expected  size(users) == 100 || last",
    ),
    Code(
        "TR302",
        "an error in `expect`",
        "The clause applies, but its `expect` could not be evaluated on this answer: a field is missing, or has a "
        "type that cannot be compared. Clauses fail closed, so this counts as broken and names the field. What is "
        "missing from the request, from `before` or from `after` never counts against the vendor.",
        "An expectation that cannot even be looked at would otherwise pass silently.",
        "If the field may be absent, the clause should say so (`!has(x) || …`); if it may not, the spec's schema "
        "should require it, and the finding stands.",
        "at response.body.page.next\n  no such field: next",
    ),
    Code(
        "TR401",
        "a workflow's criterion does not hold",
        "A step of a workflow was answered, and one of its criteria does not hold: what one call promised, a later "
        "one does not keep. Where inputs are generated, the smallest ones that show it are reported. The basis is the "
        "criterion's own, or the step's, or the workflow's.",
        "Promises across calls are what an integration rests on: the token that stays, the user who is found, the "
        "one who is gone.",
        "The curl lines are numbered: send them in their order, with the tokens that your own answers give. Calls "
        "that change nothing and that nothing needs are left out.",
        "synchronizing-an-identity-keeps-its-token/synchronize-again\n"
        "at criterion 2\n"
        "  expected  $response.body#/identity_token == $inputs.identity_token",
    ),
    Code(
        "TR402",
        "a step could not be made",
        "A step's request needs what is not there: an output that an earlier answer did not have, a fact that the "
        "target does not give, a clock that cannot be moved. The step is unjudged, and so is what needs it; other "
        "steps run all the same.",
        "What was not sent was not tested.",
        "Look at the step that should have given the output: its own findings say why it did not. Facts come from "
        "the file that `--world` names.",
        "the step cannot be made: $steps.create.outputs.user_token stands for nothing",
    ),
    Code(
        "TR403",
        "a workflow was stopped",
        "A workflow reached a bound: too many steps, too many retries, too much time, or workflows calling each other "
        "too deep. Clean-up steps have still run.",
        "A workflow that never ends judges nothing, and a retry without end would hammer the target.",
        "Look for a `goto` that leads back, a `retry` whose condition never changes, or a workflow that calls itself.",
        "the workflow was stopped: more than 200 steps",
    ),
    Code(
        "TR901",
        "no answer",
        "Nothing came that could be judged: refused, unreachable, too slow, cut off, too large, not HTTP, no valid "
        "certificate, or (on replay) not recorded. It is unjudged: no answer is nobody's fault. What depended on it is "
        "skipped.",
        "What was not judged was not tested. A run in which nobody answered ends with exit code 3, never with 0.",
        "See that the target runs and can be reached from here; for replay, record the missing requests.",
        "no answer: connection refused",
    ),
    Code(
        "TR902",
        "busy or out of service",
        "The target answered 429, 502, 503 or 504, and no row that applies expects it. It is unjudged: such an "
        "answer says nothing about the promise that was asked for.",
        "Judging it would accuse the vendor of breaking every promise that was met during an outage.",
        "Run again later, or more slowly. If the vendor documents this status as an outcome of this very request, "
        "write a row for it.",
        "the target answered 503: it is busy or out of service",
    ),
    Code(
        "TR903",
        "a fact is missing",
        "A class, an answer or an earlier call needs a fact that the target does not give: an entry of its world "
        "(`$world.…`), or what an earlier answer should have yielded (`$given.…`). What needed it is unjudged, by "
        "name.",
        "Every missing fact is a part of the contract that this target cannot be held to.",
        "For `$world.…`, add the fact to the file that `--world` names; the vendor's `world.yaml` says what it is. "
        "For `$given.…`, look at the earlier call: its own findings say why it gave nothing.",
        "the target does not give the fact $world.other.login",
    ),
    Code(
        "TR904",
        "`when` could not be decided",
        "The condition under which a clause applies gave an error, or neither true nor false, on this exchange. "
        "Whether the promise was due is unknown, so it is unjudged.",
        "A clause whose condition fails is never put to the test, and would look kept.",
        "Guard the condition: `has(x) && x == …`. A condition should ask only for what every exchange of the "
        "operation has.",
        "`when` could not be decided: no such field: page",
    ),
    Code(
        "TR905",
        "a check crashed",
        "Troth itself failed while it judged this item. The exchange is unjudged, the check is named, and the run "
        "goes on.",
        "It is our mistake and says nothing about the vendor, but something here went unchecked.",
        "Please report it with the curl line and the JSON report; secrets are already out of both.",
        "Troth itself failed in RequestView.body: RecursionError: maximum recursion depth exceeded",
    ),
    Code(
        "TR906",
        "a body beyond our limits",
        "A limit of Troth's keeps it from reading the body: a content coding for which no library is installed, more "
        "than 10 MiB once the coding is undone, JSON deeper than 200 levels, XML deeper than 64 or of more than 50,000 "
        "elements or with a document type declaration, a number of more than 4,000 digits. The answer is unjudged "
        "where it would need the body.",
        "What was not read was not tested; and nothing is said against a vendor for what only we cannot do.",
        "For `br` and `zstd`: `pip install 'troth[codings]'`. A body of such a size is worth a look for itself.",
        "the body is in a content coding that cannot be undone here (br): pip install 'troth[codings]'",
    ),
    Code(
        "TR907",
        "a pattern was given up",
        "Whether a value fits the spec is not known: its pattern (with look-around or references back) took more steps "
        "on this value than the judge allows. The value is unjudged.",
        "Such a pattern can take years on a text of a few dozen characters; a judge that waits for it judges nothing.",
        "Write the pattern without nested repetition: `^(a+)+$` is `^a+$`. Without look-around and references back "
        "a pattern takes linear time.",
        "whether it fits its schema is not known: Max limit for backtracking count exceeded",
    ),
)
CODES: Mapping[str, Code] = {code.code: code for code in _TABLE}
"""Code → its explanation, in order."""

_WIDTH = 100
_GROUPS: Mapping[str, str] = {
    "TR1": "The answer against the spec",
    "TR2": "The answer against a decision table",
    "TR3": "The answer against a clause",
    "TR4": "Workflows: calls against each other",
    "TR9": "Unjudged: nothing is said against the vendor",
}


def is_unknown(code: str) -> bool:
    """Whether a code has Troth's prefix and is none of its codes; what other prefixes mean, installed checks say."""
    return code[:-3] == "TR" and code not in CODES


def explain(code: str, added: Iterable[Code] = ()) -> str:
    """The explanation of a code as plain text.

    Args:
        code: ``TR203``, in upper or lower case.
        added: codes of checks that installed packages bring.

    Raises:
        UsageInvalid: there is no such code.
    """
    asked = code.strip().upper()
    codes = {**CODES, **{entry.code: entry for entry in added}}
    known = codes.get(asked)
    if known is None:
        of_its_group = [name for name in codes if name[:3] == asked[:3]]
        raise UsageInvalid(f"there is no finding {code!r}: {did_you_mean(asked, of_its_group or codes)}")
    parts = [f"{known.code} {known.title}"]
    for title, text in (
        ("What it means", known.means),
        ("Why it matters", known.matters),
        ("What to do", known.action),
    ):
        parts.append(f"{title}\n{fill(text, _WIDTH, initial_indent='  ', subsequent_indent='  ')}")
    parts.append(f"For example\n{indent(known.example, '  ')}")
    return "\n\n".join(parts)


def findings_page() -> str:
    """``docs/findings.md``: a section for each code."""
    parts = [
        "# Findings",
        "<!-- Written by troth.reporting.codes.findings_page; change the table there. -->",
        "Each finding has a code that stays. `troth explain TR203` shows its section in the terminal. Against a "
        "promise that is documented, a finding is a **breach** and fails the run; against anything else that we know "
        "(an example, an observation, our own reading) it is a **surprise**, and fails the run only with "
        "`--fail-on` of its basis or `--strict`.",
    ]
    group = ""
    for code in _TABLE:
        if _GROUPS[code.code[:3]] != group:
            group = _GROUPS[code.code[:3]]
            parts.append(f"## {group}")
        parts.append(f"### {code.code} {code.title}")
        parts.append(code.means)
        parts.append(f"**Why it matters.** {code.matters}")
        parts.append(f"**What to do.** {code.action}")
        parts.append(f"```text\n{code.example}\n```")
    return "\n\n".join(parts) + "\n"
