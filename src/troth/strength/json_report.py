"""The strength of contracts as JSON for programs. The keys are stable."""

from pathlib import Path

from troth.reporting.encoding import Tables, Tree, encode_object, keys, write_json_file
from troth.strength.measurement import FreeUse, Guard, RedundantClause, Score, StrengthReport, Survivor

FORMAT = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""
_TABLES: Tables = {
    StrengthReport: keys(
        {"format": lambda _: FORMAT},
        "version seed specs_sha256 contracts_sha256 exchanges unkept",
        {"seconds": lambda report: round(report.seconds, 3)},
        {"judging_seconds": lambda report: round(report.judging_seconds, 3)},
        "overall vendors=by_vendor contracts=by_operation operators=by_operator survivors free redundant unmeasured",
    ),
    Score: keys("name", {"score": lambda score: round(score.share, 3)}, "mutants caught documented free survived"),
    Survivor: keys({"sentence": str}, "vendor operation status place operator change mutants=count guard"),
    Guard: keys("name says exact file=position.file line=position.line"),
    FreeUse: keys("place reason mutants file=position.file line=position.line"),
    RedundantClause: keys("clause=key caught file=position.file line=position.line"),
}


def write_strength_json(report: StrengthReport, path: Path) -> None:
    """Write a measurement as JSON (UTF-8).

    Raises:
        OSError: the file cannot be written.
    """
    write_json_file(strength_tree(report), path)


def strength_tree(report: StrengthReport) -> Tree:
    """The JSON object of a measurement."""
    return encode_object(report, _TABLES)
