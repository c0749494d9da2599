"""Fields of messages: their places are exact, so that a value can change and nothing else."""

import json
from urllib.parse import urlencode

from hypothesis import example, given
from hypothesis import strategies as st

from troth.wire.fields import form_fields, json_fields, replaced, write, xml_fields

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda child: st.lists(child, max_size=4) | st.dictionaries(st.text(max_size=6), child, max_size=4),
    max_leaves=20,
)


def scalars(tree: object) -> list[str]:
    if isinstance(tree, dict):
        return [text for value in tree.values() for text in scalars(value)]
    if isinstance(tree, list):
        return [text for value in tree for text in scalars(value)]
    if isinstance(tree, (str, int)) and not isinstance(tree, bool):
        return [str(tree)]
    return []


@given(JSON, st.sampled_from([None, 1]), st.booleans())
@example({"a": [{"b": "x"}, "y"], "c": "z"}, None, False)
def test_every_scalar_of_json_is_found_in_order(tree: object, indent: int | None, ascii_only: bool) -> None:
    data = json.dumps(tree, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert [field.value for field in json_fields(data)] == scalars(tree)


@given(JSON)
def test_writing_every_value_back_changes_nothing(tree: object) -> None:
    data = json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass")
    changes = [(field.start, field.end, write(field, field.value)) for field in json_fields(data)]
    assert json.loads(replaced(data, changes)) == json.loads(data)


def test_the_way_to_a_value_is_told() -> None:
    data = b'{"a": {"emails": [{"value": "x", "n": 1}, {"value": "y"}]}, "b": "z"}'
    found = {field.value: field.names for field in json_fields(data)}
    assert found == {
        "x": ("a", "emails", "*", "value"),
        "1": ("a", "emails", "*", "n"),
        "y": ("a", "emails", "*", "value"),
        "z": ("b",),
    }
    holders = {field.value: field.parent for field in json_fields(data)}
    assert holders["x"] == holders["1"] != holders["y"]


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_forms_are_read_as_they_are_written(pairs: list[tuple[str, str]]) -> None:
    data = urlencode(pairs, errors="surrogatepass").encode()
    fields = list(form_fields(data))
    assert len(fields) == len(pairs)
    assert [data[field.start : field.end] for field in fields] == [
        urlencode({"x": value}, errors="surrogatepass").encode()[2:] for _, value in pairs
    ]


def test_leaves_and_attributes_of_xml_are_found_in_order() -> None:
    data = b'<a:x id="1 &amp; 2"><b>Ann &quot;Bo&quot;</b><c/><d><![CDATA[<raw>]]></d><e>\n</e></a:x>'
    assert [(field.names[0], field.value) for field in xml_fields(data)] == [
        ("id", "1 & 2"),
        ("b", 'Ann "Bo"'),
        ("d", "<raw>"),
        ("e", "\n"),
    ]


@given(st.binary())
def test_nothing_stops_the_readers(data: bytes) -> None:
    for fields in (json_fields(data), xml_fields(data), form_fields(data)):
        assert all(0 <= field.start <= field.end <= len(data) for field in fields)
