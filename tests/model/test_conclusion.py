"""Which exit code follows from which reasons."""

from itertools import permutations

import pytest

from troth.errors import ExitCode
from troth.model.conclusion import conclude
from troth.model.report import Reason, Verdict


def reason(code: ExitCode) -> Reason:
    return Reason(code.name.lower(), f"because of {code.name}", code)


@pytest.mark.parametrize(
    ("codes", "decisive", "verdict"),
    [
        ((), ExitCode.KEPT, Verdict.KEPT),
        ((ExitCode.BROKEN, ExitCode.CRASHED, ExitCode.OURS), ExitCode.BROKEN, Verdict.BROKEN),
        ((ExitCode.CRASHED, ExitCode.OURS, ExitCode.NOT_JUDGED), ExitCode.CRASHED, Verdict.UNJUDGED),
        ((ExitCode.OURS, ExitCode.NOT_JUDGED, ExitCode.INCOMPLETE), ExitCode.OURS, Verdict.UNJUDGED),
        ((ExitCode.NOT_JUDGED, ExitCode.INCOMPLETE), ExitCode.NOT_JUDGED, Verdict.UNJUDGED),
        ((ExitCode.INCOMPLETE,), ExitCode.INCOMPLETE, Verdict.UNJUDGED),
        ((ExitCode.INTERRUPTED, ExitCode.BROKEN), ExitCode.INTERRUPTED, Verdict.BROKEN),
        ((ExitCode.TERMINATED, ExitCode.INCOMPLETE), ExitCode.TERMINATED, Verdict.UNJUDGED),
    ],
)
def test_the_gravest_reason_decides_in_whichever_order_they_come(
    codes: tuple[ExitCode, ...], decisive: ExitCode, verdict: Verdict
) -> None:
    for order in permutations(map(reason, codes)):
        conclusion = conclude(order)
        assert (conclusion.exit_code, conclusion.verdict) == (decisive, verdict)
        assert [reason.code for reason in conclusion.reasons][:1] == list(codes)[:1]
        assert set(conclusion.reasons) == set(order)
