"""Variables in files of ours, and addresses: each read in one way wherever they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.errors import UsageInvalid
from troth.targets.live.addresses import address_problem, is_loopback_host, loopback_address, loopback_url, url_problem
from troth.targets.live.variables import VariableUse, fill_variables, names_variable, variable_uses

DOCUMENT = {"a": "x-${ONE}-${TWO}", "b": [1, {"c": "${ONE}"}, "${not valid} $ONE ${}"], "${ONE}": None}


def test_each_use_has_its_place() -> None:
    assert variable_uses(DOCUMENT) == (
        VariableUse("ONE", ("a",)),
        VariableUse("TWO", ("a",)),
        VariableUse("ONE", ("b", 1, "c")),
    )


def test_filling_changes_texts_alone() -> None:
    assert fill_variables(DOCUMENT, {"ONE": "1"}) == {
        "a": "x-1-",
        "b": [1, {"c": "1"}, "${not valid} $ONE ${}"],
        "${ONE}": None,
    }


@given(st.recursive(st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=8))
def test_a_document_without_variables_stays_as_it_is(document: object) -> None:
    assert fill_variables(document, {"A": "x"}) == document


@pytest.mark.parametrize(("text", "named"), [("${A_1}", True), ("x${A}y", True), ("${", False), ("${1A}", False)])
def test_what_names_a_variable(text: str, named: bool) -> None:
    assert names_variable(text) is named


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("https://api.example.com", ""),
        ("https://api.example.com/base/", ""),
        ("http://[::1]:80", ""),
        ("http://[::1", "no valid host or port"),
        ("http://127.0.0.1:99999", "no valid host or port"),
        ("http://host:pass", "no valid host or port"),
        ("http://127.0.0.1:0", "not an HTTP address"),
        ("ftp://127.0.0.1", "not an HTTP address"),
        ("127.0.0.1:80", "not an HTTP address"),
        ("http://", "not an HTTP address"),
        ("http://u:p@127.0.0.1", "credentials"),
        ("http://127.0.0.1?a=b", "before its query"),
        ("http://127.0.0.1#a", "before its query"),
    ],
)
def test_addresses(address: str, problem: str) -> None:
    assert (problem in address_problem(address)) if problem else not address_problem(address)
    assert "pass" not in address_problem(address)
    if problem:
        with pytest.raises(UsageInvalid):
            loopback_address(address)


def test_a_document_may_have_a_query_and_a_service_may_not() -> None:
    assert loopback_url("http://localhost:1/spec/?v=1") == "http://localhost:1/spec/?v=1"
    assert loopback_address("http://localhost:1/base/") == "http://localhost:1/base"
    assert not url_problem("http://localhost:1/spec/?v=1")


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("localhost", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("127.evil.example", False),
        ("", False),
        ("10.0.0.1", False),
    ],
)
def test_this_machine(host: str, ours: bool) -> None:
    assert is_loopback_host(host) is ours
