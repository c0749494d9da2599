"""One behaviour of a mock broken by hand, and the run names the clause or row that says so, with its line.

The faults are written over the mocks' answers from the facts; what must be named stands beside each.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from troth.mocks.service import Service
from troth.model.ports import RunOptions
from troth.model.report import Report
from troth.session.conclude import conclude_run
from troth.session.reach import select
from troth.session.run import Run
from troth.targets.embedded import EmbeddedTarget
from troth.vendors.installed import InstalledVendors

ROOT = Path(__file__).parents[2]
ORIGINS = {
    "oneall": ("https://example.api.oneall.com",),
    "socialidnow": ("https://api.socialidnow.com",),
    "esws": ("https://ws.i3.identysoft.com", "https://i3.identysoft.com"),
}

Answer = tuple[int, list[tuple[str, str]], bytes]
Fault = Callable[[int, bytes], tuple[int, bytes]]


class Faulty:
    """A mock whose answers pass through a fault."""

    def __init__(self, service: Service, fault: Fault) -> None:
        self._service = service
        self._fault = fault

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        caught: list[Any] = []
        body = b"".join(self._service(environ, lambda status, headers, *_rest: caught.extend((status, headers))))
        status, changed = self._fault(int(caught[0][:3]), body)
        headers = [(name, value) for name, value in caught[1] if name.lower() != "content-length"]
        start_response(f"{status} Changed", [*headers, ("Content-Length", str(len(changed)))])
        return [changed]

    def reset(self) -> None:
        self._service.reset()

    def advance(self, seconds: float) -> None:
        self._service.advance(seconds)

    def world(self) -> Mapping[str, object]:
        return self._service.world()


def run_with(vendor: str, operation: str, fault: Fault) -> Report:
    mock = InstalledVendors().mock(vendor)
    target = EmbeddedTarget({vendor: Faulty(mock(), fault)}, dict.fromkeys(ORIGINS[vendor], vendor))
    run = Run(select(ROOT, vendors=(vendor,)), RunOptions(operations=(operation,), sources=("cases",)), target=target)
    for item in run.items:
        run.runner.run(item)
    return conclude_run(run)


def on_json(change: Callable[[int, Any], int | None]) -> Fault:
    """A fault over the tree of a JSON answer; it may also return another status."""

    def fault(status: int, body: bytes) -> tuple[int, bytes]:
        tree = json.loads(body)
        changed = change(status, tree)
        return changed or status, json.dumps(tree).encode()

    return fault


def flag(status: int, tree: Any) -> None:
    if status == 404:
        tree["response"]["request"]["status"]["flag"] = "success"


def code(_status: int, tree: Any) -> None:
    tree["response"]["request"]["status"]["code"] += 1


def not_found_as_200(status: int, tree: Any) -> int | None:
    if status == 404:
        tree["response"]["request"]["status"].update(flag="success", code=200)
        return 200
    return None


def success_in_a_404(status: int, tree: Any) -> int | None:
    return 404 if status == 200 and "result" in tree["response"] else None


def changing_token() -> Callable[[int, Any], None]:
    calls: Iterator[int] = iter(range(10**9))

    def change(_status: int, tree: Any) -> None:
        identity = tree["response"].get("result", {}).get("data", {}).get("identity")
        if identity is not None:
            identity["identity_token"] = f"{next(calls):08d}-0000-4000-8000-000000000000"

    return change


def unasked_profile(status: int, tree: Any) -> None:
    if status == 200:
        tree.setdefault("profile", {"gender": "male"})


def another_connection(_status: int, tree: Any) -> None:
    if "connection" in tree:
        tree["connection"] += "0"


def without_deprecated_fields(_status: int, tree: Any) -> None:
    tree.pop("picture_url", None)


def replacing(old: bytes, new: bytes) -> Fault:
    return lambda status, body: (status, body.replace(old, new))


@pytest.mark.parametrize(
    ("vendor", "operation", "fault", "named"),
    [
        ("oneall", "lookupStorageUser", on_json(flag), "flag-agrees"),
        ("oneall", "lookupStorageUser", on_json(code), "status-mirrored"),
        ("oneall", "lookupStorageUser", on_json(not_found_as_200), "no-user-without-a-match"),
        ("oneall", "lookupStorageUser", on_json(success_in_a_404), "found-ours"),
        ("oneall", "lookupStorageUser", replacing(b"/storage/users/user", b"/storage/user"), "resource-echo"),
        (
            "oneall",
            "lookupStorageUser",
            replacing(b"No user corresponding", b"No_user_corresponding"),
            "nobody-matches",
        ),
        ("oneall", "synchronizeIdentity", on_json(changing_token()), "same-token"),
        ("socialidnow", "getLoginInfo", on_json(unasked_profile), "no-profile-unasked"),
        ("socialidnow", "getLoginConnection", on_json(another_connection), "connection-ends-with-id"),
        ("socialidnow", "getLoginInfo", on_json(without_deprecated_fields), "deprecated-still-there"),
        ("esws", "getSyncToken", replacing(b"NO USERNAME PROVIDED", b"NO_USERNAME_PROVIDED"), "no-username"),
        ("esws", "getSyncToken", replacing(b'"uen:esws"', b'"urn:esws"'), "conformance 200"),
        ("esws", "openOneSync", replacing(b'data-autostart="false"', b'data-autostart="true"'), "starts-by-itself"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_broken_behaviour_is_named_with_its_line(vendor: str, operation: str, fault: Fault, named: str) -> None:
    report = run_with(vendor, operation, fault)
    subjects = {one.finding.subject: one.finding for one in report.findings if one.severity in ("breach", "surprise")}
    assert named in subjects, sorted(subjects)
    position = subjects[named].position
    assert position.line > 0
    assert f"{vendor}" in position.file


@pytest.mark.parametrize("vendor", sorted(ORIGINS))
def test_nothing_is_named_where_nothing_is_broken(vendor: str) -> None:
    report = run_with(vendor, "get*" if vendor != "oneall" else "*Identity", lambda status, body: (status, body))
    assert [one.finding for one in report.findings] == []
    assert report.exit_code == 0
