"""Each operator as a table of before and after."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.model.exchange import Response
from troth.model.ports import Judged
from troth.strength.operators import json as of_json
from troth.strength.operators import markup as of_markup
from troth.strength.operators import message as of_message
from troth.strength.operators import soap as of_soap
from troth.strength.operators import state as of_state
from troth.strength.trees import json_bytes, part_at, pattern, places, remove_part, replace_part, same_form
from troth.strength.values import moved_date, same_format
from troth.wire.soap import read_envelope

MISSING = object()


@pytest.mark.parametrize(
    ("operator", "tree", "path", "extras", "after"),
    [
        ("drop", {"a": 1, "b": 2}, ("a",), {}, [{"b": 2}]),
        ("drop", [1, 2, 3], (1,), {}, [[1, 3]]),
        ("drop", {"a": 1}, (), {}, []),
        ("add", {"a": {}}, ("a",), {}, [{"a": {"troth_unknown": "troth_unknown"}}]),
        ("add", {"a": 1}, ("a",), {}, []),
        ("rename", {"num_logins": 1}, ("num_logins",), {}, [{"numLogins": 1}]),
        ("rename", {"id": 1}, ("id",), {}, [{"ID": 1}]),
        ("rename", {"userName": 1}, ("userName",), {}, [{"username": 1}]),
        ("rename", [1], (0,), {}, []),
        ("null", {"a": 1}, ("a",), {}, [{"a": None}]),
        ("retype", {"a": True}, ("a",), {}, [{"a": "true"}]),
        ("retype", {"a": 12}, ("a",), {}, [{"a": "12"}]),
        ("retype", {"a": "012"}, ("a",), {}, [{"a": 12}]),
        ("retype", {"a": {"b": 1}}, ("a",), {}, [{"a": [{"b": 1}]}]),
        ("retype", {"a": [1]}, ("a",), {}, [{"a": 1}]),
        ("retype", {"a": [1, 2]}, ("a",), {}, [{"a": {}}]),
        ("empty", {"a": "x"}, ("a",), {}, [{"a": ""}]),
        ("empty", {"a": [1]}, ("a",), {}, [{"a": []}]),
        ("empty", {"a": ""}, ("a",), {}, []),
        ("duplicate", {"a": [1, 2]}, ("a", 0), {}, [{"a": [1, 1, 2]}]),
        ("duplicate", {"a": 1}, ("a",), {}, []),
        ("reorder", {"a": [1, 2]}, ("a",), {}, [{"a": [2, 1]}]),
        ("reorder", {"a": [1]}, ("a",), {}, []),
        ("cut", {"a": "abcd"}, ("a",), {}, [{"a": "ab"}]),
        ("underscore", {"a": "no such user"}, ("a",), {}, [{"a": "no_such_user"}]),
        ("underscore", {"a": "none"}, ("a",), {}, []),
        ("plus-one", {"a": 1}, ("a",), {}, [{"a": 2}]),
        ("plus-one", {"a": "9"}, ("a",), {}, [{"a": "10"}]),
        ("plus-one", {"a": True}, ("a",), {}, []),
        ("minus-one", {"a": 0}, ("a",), {}, [{"a": -1}]),
        ("negate", {"a": 3}, ("a",), {}, [{"a": -3}]),
        ("negate", {"a": 0}, ("a",), {}, [{"a": -1}]),
        ("huge", {"a": 3}, ("a",), {}, [{"a": 9007199254740993}]),
        ("day-later", {"a": "2013-12-31"}, ("a",), {}, [{"a": "2014-01-01"}]),
        ("day-later", {"a": "text"}, ("a",), {}, []),
        ("century-later", {"a": "2013-04-05T06:07:08Z"}, ("a",), {}, [{"a": "2113-04-06T06:07:08Z"}]),
        ("swap", {"a": "x", "n": 1, "b": "y"}, ("a",), {}, [{"a": "y", "n": 1, "b": "x"}]),
        ("swap", {"a": "x", "n": 1}, ("a",), {}, []),
        ("other-value", {"a": "E4"}, ("a",), {"step": 1}, [{"a": "G6"}]),
        ("recorded-value", {"a": "x"}, ("a",), {"recorded": ("x", "y", 3)}, [{"a": "y"}]),
        ("recorded-value", {"a": "x"}, ("a",), {"recorded": ("x",)}, []),
        ("recorded-part", {"a": [1]}, ("a",), {"recorded": ([1], [2])}, [{"a": [2]}]),
        ("allowed-value", {"a": "x"}, ("a",), {"allowed": ("x", "z")}, [{"a": "z"}]),
        ("flip", {"a": True}, ("a",), {}, [{"a": False}]),
        ("flip", {"a": 1}, ("a",), {}, []),
        ("request-value", {"a": "x"}, ("a",), {"asked": ("x", "q")}, [{"a": "q"}]),
    ],
)
def test_json_operator(operator, tree, path, extras, after):
    original = json.dumps(tree)
    spot = of_json.Spot(tree, path, part_at(tree, path), **extras)
    assert [changed for changed, _ in of_json.OPERATORS[operator](spot)] == after
    assert json.dumps(tree) == original


def test_every_json_operator_stands_in_the_table_above():
    marks = test_json_operator.pytestmark[0].args[1]
    assert {row[0] for row in marks} == set(of_json.OPERATORS)


ENVELOPE = of_soap.Envelope("aResponse", "urn:x", (("return", "NO USER"),), recorded=("7",), asked=("q",))


@pytest.mark.parametrize(
    ("operator", "text", "parts"),
    [
        ("drop", "NO USER", {}),
        ("rename", "NO USER", {"RETURN": "NO USER"}),
        ("null", "NO USER", {"return": None}),
        ("empty", "NO USER", {"return": ""}),
        ("add", "NO USER", {"return": "NO USER", "troth_unknown": "troth_unknown"}),
        ("underscore", "NO USER", {"return": "NO_USER"}),
        ("blank", "NO_USER", {"return": "NO USER"}),
        ("case", "NO USER", {"return": "no user"}),
        ("pad", "NO USER", {"return": "NO USER "}),
        ("cut", "NO USER", {"return": "NO "}),
        ("plus-one", "41", {"return": "42"}),
        ("minus-one", "41", {"return": "40"}),
        ("negate", "41", {"return": "-41"}),
        ("huge", "41", {"return": "9007199254740993"}),
        ("day-later", "2013-12-31", {"return": "2014-01-01"}),
        ("recorded-value", "NO USER", {"return": "7"}),
        ("request-value", "NO USER", {"return": "q"}),
        ("fault", "NO USER", {"faultcode": "s:Server", "faultstring": "NO USER"}),
    ],
)
def test_soap_operator(operator, text, parts):
    envelope = replace(ENVELOPE, parts=(("return", text),))
    ((changed, _, _),) = of_soap.OPERATORS[operator](envelope)
    assert dict(read_envelope(changed.write()).parts) == parts


def test_the_soap_envelope_itself_can_be_wrong():
    written = {name: [one for one, _, _ in of_soap.OPERATORS[name](ENVELOPE)] for name in of_soap.OPERATORS}
    assert read_envelope(written["wrapper"][0].write()).name == "aResult"
    assert read_envelope(written["namespace"][0].write()).namespace == "urn:other"
    assert read_envelope(written["fault"][0].write()).fault is not None
    assert "SOAP 1.1" in read_envelope(written["soap-version"][0].write()).reason
    assert b"<n:return" in written["qualify"][0].write()
    assert written["duplicate"][0].write().count(b"<return") == 2
    assert read_envelope(written["other-value"][0].write()).parts["return"] not in ("", "NO USER")


def test_every_value_that_other_answers_return_is_tried():
    envelope = replace(ENVELOPE, recorded=("7", "8", "NO USER"), asked=("q", "r", "s"))
    for operator, returned in (("recorded-value", {"7", "8"}), ("request-value", {"q", "r"})):
        assert {changed.parts[0][1] for changed, _, _ in of_soap.OPERATORS[operator](envelope)} == returned


def test_a_nil_return_can_be_changed_too():
    envelope = replace(ENVELOPE, parts=(("return", None),))
    changed = {name for name, operator in of_soap.OPERATORS.items() for _ in operator(envelope)}
    assert {"drop", "rename", "pad", "add", "duplicate", "fault", "wrapper"} <= changed
    assert not changed & {"cut", "case", "plus-one", "recorded-value"}


def test_a_soap_answer_survives_reading_and_writing():
    assert of_soap.read(ENVELOPE.write()).parts == ENVELOPE.parts


PAGE = '<main data-on="true"><a href="/in">Log in</a></main>'


@pytest.mark.parametrize(
    ("operator", "after"),
    [
        ("drop-attribute", [PAGE.replace(' data-on="true"', ""), PAGE.replace(' href="/in"', "")]),
        ("change-attribute", [PAGE.replace("true", "false"), PAGE.replace("/in", "/kp")]),
        ("empty-attribute", [PAGE.replace("true", ""), PAGE.replace("/in", "")]),
        ("change-text", [PAGE.replace("Log in", "Nqi kp")]),
        ("drop-element", [PAGE[: PAGE.index("<a")] + "</main>"]),
    ],
)
def test_markup_operator(operator, after):
    edits = [page for page, _, _ in of_markup.OPERATORS[operator](PAGE)]
    assert edits == after


JSON_HEADERS = (("Content-Type", "application/json; charset=utf-8"), ("Content-Length", "9"), ("X-Id", "ab"))
ANSWER = Response(200, JSON_HEADERS, b'{"a": 10}')
ERROR = Response(404, JSON_HEADERS, b'{"e": 10}')


@pytest.mark.parametrize(
    ("operator", "answer", "after"),
    [
        ("documented-status", ANSWER, [(404, ANSWER.body)]),
        ("undocumented-status", ANSWER, [(206, ANSWER.body), (409, ANSWER.body)]),
        ("content-type", ANSWER, [(200, ANSWER.body)]),
        ("drop-header", ANSWER, [(200, ANSWER.body)] * 2),
        ("change-header", ANSWER, [(200, ANSWER.body)]),
        ("other-row", ANSWER, [(404, ERROR.body)]),
        ("other-request", ANSWER, []),
        ("error-as-success", ANSWER, [(200, ERROR.body)]),
        ("success-as-error", ANSWER, []),
        ("truncate", ANSWER, [(200, b'{"a"')]),
        ("corrupt", ANSWER, [(200, b'{"a"\xff 10}')]),
        ("no-body", ANSWER, [(200, b"")]),
        ("error-page", ANSWER, [(200, b"<html><body><h1>It works!</h1></body></html>")]),
    ],
)
def test_message_operator(operator, answer, after):
    whole = of_message.WholeAnswer(answer, (200, 404, 503), others=(("missing", ERROR),), rows="found", step=1)
    edits = [(one.status, one.body) for one, _, _ in of_message.OPERATORS[operator](whole)]
    assert edits == after


def test_an_outage_is_no_mutant():
    whole = of_message.WholeAnswer(ANSWER, (200, 429, 502, 503, 504), step=1)
    assert not list(of_message.documented_status(whole))


def test_a_changed_body_keeps_an_honest_length():
    changed = of_message.with_body(ANSWER, b"123")
    assert dict(changed.headers)["Content-Length"] == "3"


TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(TREES)
def test_replacing_a_part_by_itself_changes_nothing(tree):
    for path, value in places(tree):
        assert part_at(tree, path) == value
        assert same_form(replace_part(tree, path, value)) == same_form(tree)


@given(TREES)
def test_a_part_taken_away_is_gone(tree):
    for path, _ in places(tree):
        if path:
            assert same_form(remove_part(tree, path)) != same_form(tree)


def test_equal_trees_have_one_form_whatever_the_order_of_their_keys():
    assert same_form({"a": 1, "b": 2}) == same_form({"b": 2, "a": 1})
    assert same_form({"a": 1}) != same_form({"a": True})


def test_places_of_a_long_list_are_the_first_a_middle_and_the_last():
    assert [path for path, _ in places(list(range(9)))] == [(), (0,), (4,), (8,)]
    assert pattern(("a", 3, "b/c")) == "/a/*/b~1c"


@given(st.text(min_size=1, max_size=40), st.integers(1, 500))
def test_another_value_of_the_same_format_has_the_same_length(text, step):
    assert len(same_format(text, step)) == len(text)
    if any(char.isascii() and char.isalpha() for char in text):
        assert same_format(text, step) != text


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("https://example.com/a", "https://", ""),
        ("ann@example.com", "", "@example.com"),
        ("6f1c2d3e-0000-4000-8000-00000000000f", "", ""),
    ],
)
def test_the_format_stays(text, start, end):
    other = same_format(text, 5)
    assert other != text
    assert other.startswith(start)
    assert other.endswith(end)


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("Fri, 05 Apr 2013 12:00:00 +0200", "Sat, 06 Apr 2013 12:00:00 +0200"),
        ("02/28/2012", "02/29/2012"),
        ("2013-04-05 10:00:00", "2013-04-06 10:00:00"),
        ("13/13/2013", None),
        ("2013", None),
        ("Thu, 30 Oct 2015 11:11:58 0100", "Sat, 31 Oct 2015 11:11:58 0100"),
    ],
)
def test_dates_move_in_their_own_notation(text, later):
    assert moved_date(text, 1) == later


def test_what_cannot_be_told_apart_is_written_alike():
    assert json_bytes({"a": 1}) == b'{"a":1}'


def look(status, name):
    return {"response": {"status": status, "body": {"name": name}}}


@pytest.mark.parametrize(
    ("operator", "before", "after", "mutants"),
    [
        ("no-effect", look(200, "old"), look(200, "new"), [look(200, "old")]),
        ("no-effect", look(200, "old"), look(200, "old"), []),
        ("no-effect", None, look(200, "new"), []),
        ("vanish", look(200, "old"), look(200, "old"), [look(404, "")]),
        ("vanish", look(200, "old"), look(404, ""), []),
        ("appear", look(200, "old"), look(404, ""), [look(200, "other")]),
        ("appear", look(200, "old"), look(200, "old"), []),
    ],
)
def test_state_operator(operator, before, after, mutants):
    seen = Judged(before=before, after=after)
    others = (look(200, "other"), look(404, ""))
    assert [changed.after for changed, _, _ in of_state.OPERATORS[operator](seen, others)] == mutants
