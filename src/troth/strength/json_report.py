"""How strong contracts are, for programs: everything, under keys that stay."""

import json
from collections.abc import Mapping
from pathlib import Path

from troth.errors import Position
from troth.strength.measurement import FreeUse, Guard, RedundantClause, Score, StrengthReport, Survivor

FORMAT = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""

Tree = Mapping[str, object]


def write_strength_json(report: StrengthReport, path: Path) -> None:
    """Write a measurement as JSON (UTF-8).

    Raises:
        OSError: the file cannot be written.
    """
    text = json.dumps(strength_tree(report), ensure_ascii=False, indent=2)
    path.write_bytes(text.encode("utf-8", "replace") + b"\n")


def strength_tree(report: StrengthReport) -> Tree:
    """The JSON value of a measurement."""
    return {
        "format": FORMAT,
        "version": report.version,
        "seed": report.seed,
        "specs_sha256": report.specs_sha256,
        "contracts_sha256": report.contracts_sha256,
        "exchanges": report.exchanges,
        "unkept": report.unkept,
        "seconds": round(report.seconds, 3),
        "judging_seconds": round(report.judging_seconds, 3),
        "overall": _score(report.overall),
        "vendors": [_score(one) for one in report.by_vendor],
        "contracts": [_score(one) for one in report.by_operation],
        "operators": [_score(one) for one in report.by_operator],
        "survivors": [_survivor(one) for one in report.survivors],
        "free": [_free(one) for one in report.free],
        "redundant": [_redundant(one) for one in report.redundant],
        "unmeasured": list(report.unmeasured),
    }


def _score(one: Score) -> Tree:
    return {
        "name": one.name,
        "score": round(one.share, 3),
        "mutants": one.mutants,
        "caught": one.caught,
        "documented": one.documented,
        "free": one.free,
        "survived": one.survived,
    }


def _survivor(one: Survivor) -> Tree:
    return {
        "sentence": str(one),
        "vendor": one.vendor,
        "operation": one.operation,
        "status": one.status,
        "place": one.place,
        "operator": one.operator,
        "change": one.change,
        "mutants": one.count,
        "guard": None if one.guard is None else _guard(one.guard),
    }


def _guard(one: Guard) -> Tree:
    return {"name": one.name, "says": one.says, "exact": one.exact, **_position(one.position)}


def _free(one: FreeUse) -> Tree:
    return {"place": one.place, "reason": one.reason, "mutants": one.mutants, **_position(one.position)}


def _redundant(one: RedundantClause) -> Tree:
    return {"clause": one.key, "caught": one.caught, **_position(one.position)}


def _position(position: Position) -> Tree:
    return {"file": position.file, "line": position.line}
