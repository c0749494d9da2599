"""The page of the fault drill: what ``docs/drill.md`` says of two runs over the corpus and of the clean mocks."""

from collections.abc import Iterable, Iterator, Mapping
from statistics import median
from typing import Any

from drill_outcomes import Outcome
from faults.corpus import BATCH_NAMES, BATCHES, FAULTS
from faults.faults import Fault

VENDORS = tuple(dict.fromkeys(fault.vendor for fault in FAULTS))

EXPLAINED: Mapping[str, str] = {
    "any-private-key-opens": "generation: the wrong keys that are sent are wrong in both halves.",
    "created-users-come-back-in-latin-1": "generation: no profile that is sent has a letter beyond ASCII.",
    "deleting-an-identity-takes-its-siblings-along": "contracts: only identities without siblings are deleted.",
    "cached-contacts-are-as-slow-as-the-network": "contracts: no clause speaks of time, as no page does.",
    "a-deleted-identity-returns-after-forty-days": "contracts: nobody looks again after days.",
    "a-deleted-user-is-still-listed": "contracts: nobody lists users after a deletion.",
    "a-user-can-be-deleted-twice": "contracts: nobody deletes twice.",
    "an-externalid-is-found-by-its-beginning": "generation: no lookup asks for the beginning of a known value.",
    "one-magic-externalid-is-never-found": "generation: the value is never sent.",
    "a-refused-user-is-created-all-the-same": "contracts: users are not counted before and after a creation.",
    "generated-externalids-repeat": "contracts: two creations are never compared.",
    "letters-beyond-ascii-become-question-marks": "generation: no update that is sent has a letter beyond ASCII.",
    "every-update-adds-a-storage-identity": "contracts: after an update the user is only looked up.",
    "an-old-login-still-finds-its-user": "contracts: nobody looks an old login up.",
    "a-new-password-is-not-kept": "contracts: no password is changed and then used.",
    "an-old-password-still-opens": "contracts: no password is changed and the old one then used.",
    "the-client-secret-opens-connections": "generation: the client secret is never sent as a password.",
    "the-account-opens-connections": "generation: the Account's keys are never sent where a Login App's belong.",
    "the-location-is-of-an-earlier-sign-in": "engine: nothing can take an id out of a Location and follow it.",
    "reading-a-sign-in-shows-another-login-token": "contracts: the login token is compared with nothing.",
    "a-sign-in-tells-the-apps-secret": "contracts: only some answers are searched for secrets.",
    "the-declared-encoding-is-a-lie": "engine: the XML library reads UTF-16 under any declaration.",
    "the-wsdl-lists-the-user-before-the-password": "contracts: nobody looks at the order.",
    "passwords-are-compared-without-case": "generation: no password is sent in other letters than its own.",
    "a-token-opens-another-users-page": "contracts: no page says how a user is shown there.",
    "a-deletion-takes-another-user-along": "contracts: after a deletion nobody looks for other users.",
    "a-user-of-several-locations-is-deleted-from-all": "contracts: nobody looks for the user afterwards.",
    "a-user-is-never-removed-from-a-location": "contracts: nobody is removed from a location twice.",
    "a-deleted-user-is-still-synchronised": "contracts: no token is asked for after a deletion.",
    "deleting-a-code-deletes-all": "contracts: after a deletion nobody reads another user's code.",
    "every-user-gets-the-same-code": "contracts: the codes of two users are never compared.",
    "the-thirtieth-code-repeats-the-first": "contracts: nobody sets thirty codes.",
}
"""Fault → why the suite does not catch it. Shown for as long as it is missed."""


def page(first: Mapping[str, Any], last: Mapping[str, Any], clean: list[Outcome], planned: int, command: str) -> str:
    """``docs/drill.md``.

    Args:
        first: the first run over the whole corpus, as it was kept.
        last: the run just made.
        clean: the runs over clean mocks that have ended.
        planned: how many of them there are to be.
        command: what to type for the same again.
    """
    lines = [
        "# The fault drill",
        "",
        f"Written by `{command}`; not to be edited. {len(FAULTS)} seeded defects of the three mocks, written from the "
        "facts by somebody who had read no contract, each met by the whole suite. What a defect does, and which facts "
        "it contradicts, stands in `tests/faults`. It says nothing about the live vendors.",
        "",
        *_how(last),
        "",
        f"Last run: {last['date']}, Troth {last['troth']}, Python {last['python']}, {last['libraries']}; "
        f"{_under(last)}. First run: {first['date']}, {_under(first)}. {first.get('note', '')}".rstrip(),
        *_warning(first, last),
        "",
        "| caught | first run | last run |",
        "|---|---|---|",
        *(f"| {title} | {share(faults, first)} | {share(faults, last)} |" for title, faults in groups()),
        "",
        *_figures(last),
        "",
        *_clean(clean, planned),
        "",
        "## Not caught",
        "",
        *_missed(last),
        "",
        "## Every fault",
        "",
        "| fault | batch | kind | contradicts | caught by | as | requests | seconds |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(fault, last["faults"][fault.name]) for fault in FAULTS),
        "",
    ]
    return "\n".join(lines)


def share(faults: Iterable[Fault], run: Mapping[str, Any]) -> str:
    """``caught of all``, as a run has it; a dash where it met none of them, being older than they are."""
    names = [fault.name for fault in faults if fault.name in run["faults"]]
    if not names:
        return "–"
    return f"{sum(bool(run['faults'][name]['by']) for name in names)} of {len(names)}"


def groups() -> Iterator[tuple[str, list[Fault]]]:
    """The lines of the table of scores."""
    yield "all", list(FAULTS)
    for batch in BATCH_NAMES:
        yield f"batch {batch}", [fault for fault in FAULTS if BATCHES[fault.name] == batch]
    for vendor in VENDORS:
        yield vendor, [fault for fault in FAULTS if fault.vendor == vendor]
    yield "those that take two calls or more", [fault for fault in FAULTS if fault.calls > 1]
    yield "those that nobody could expect to see", [fault for fault in FAULTS if fault.unexpectable]


def _under(run: Mapping[str, Any]) -> str:
    return f"specs {run['specs']}, contracts {run['contracts']}, code {run['code']}"


def _warning(first: Mapping[str, Any], last: Mapping[str, Any]) -> Iterator[str]:
    if first["contracts"] != last["contracts"] or first["code"] != last["code"]:
        yield ""
        yield (
            "The misses of the first run, those of the first two batches, lay open when contracts and code were "
            "changed afterwards. So the first run alone says what the suite notices of defects that nobody had "
            "prepared for."
        )


def _how(run: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "In the last run a fault is met in the order of `troth verify`: by one case of each row, the workflows and the "
        "documented examples; then by all other cases, by boundary values and by fuzzed requests "
        f"({run['examples']} for each operation and mode), all with seed {run['seed']}. (In the first run all cases "
        "came before everything else, so its requests do not compare.) The run ends with the kind of source that found "
        "something, and within it with the operation that has a breach. So *caught by* names what spoke first, not all "
        "that would have. *Requests* counts those sent up to the first finding, looks before and after included."
    )


def _figures(run: Mapping[str, Any]) -> Iterator[str]:
    kept = run["faults"].values()
    caught = [one for one in kept if one["by"]]
    firsts = [one["first"] for one in caught]
    breaches = sum(one["breach"] for one in caught)
    minutes = sum(one["seconds"] for one in kept) / 60
    yield (
        f"Of the {len(caught)} caught, {breaches} are breaches and {len(caught) - breaches} surprises (which fail a "
        f"run only under `--strict`). Median requests to the first finding: {int(median(firsts)) if firsts else 0}; "
        f"most: {max(firsts, default=0)}. The runs took {minutes:.0f} minutes of one process."
    )


def _clean(clean: list[Outcome], planned: int) -> Iterator[str]:
    noisy = [one for one in clean if not one.silent]
    left = planned - len(clean)
    yield (
        f"Clean mocks, each with a seed of its own for the data and the requests: {len(clean) - len(noisy)} of "
        f"{len(clean)} runs silent, {sum(one.requests for one in clean)} requests."
        + (f" {left} more runs were still to come when this was written." if left else "")
    )
    for one in noisy:
        yield f"\n- **Not silent: {one.name}**: {'; '.join((one.by + one.unjudged + one.crashes)[:3])}"


def _missed(run: Mapping[str, Any]) -> Iterator[str]:
    missed = [fault for fault in FAULTS if not run["faults"][fault.name]["by"]]
    for fault in missed:
        why = f" *Not to be expected: {fault.unexpectable}*" if fault.unexpectable else ""
        explained = f" Why: {EXPLAINED[fault.name]}" if fault.name in EXPLAINED else ""
        yield f"- {fault.vendor}, {BATCHES[fault.name]}: **{fault.name}**. {fault.does}{why}{explained}"
    if not missed:
        yield "None."


def _row(fault: Fault, one: Mapping[str, Any]) -> str:
    facts = ", ".join(f"{fact.section} ({fact.confidence})" for fact in fault.contradicts)
    more = f" and {len(one['by']) - 1} more" if len(one["by"]) > 1 else ""
    by = one["by"][0].replace("|", "/") + more if one["by"] else "–"
    severity = "breach" if one["breach"] else "surprise" if one["by"] else "–"
    cells = (f"{fault.vendor}: {fault.name}", BATCHES[fault.name], fault.kind, facts, by, severity)
    return f"| {' | '.join(cells)} | {one['first'] or '–'} | {one['seconds']:.1f} |"
