"""Forms as the document has them, read back by another reader of forms: Werkzeug's."""

from io import BytesIO
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from troth.wire.form_writer import FormPart, form_parts, write_multipart, write_urlencoded
from troth.wire.style_writer import Unwritable

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="%"), min_size=1, max_size=5)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@pytest.mark.parametrize(
    ("fields", "encoding", "written"),
    [
        ({"a": "b c", "é": "ü&=+"}, {}, "a=b+c&%C3%A9=%C3%BC%26%3D%2B"),
        ({"n": 1, "t": True, "z": None, "f": 1.5}, {}, "n=1&t=true&z=&f=1.5"),
        ({"a": [1, "b,c"], "none": []}, {}, "a=1&a=b%2Cc"),
        ({"o": {"x": 1, "y": [None]}}, {}, "o=%7B%22x%22%3A1%2C%22y%22%3A%5Bnull%5D%7D"),
        ({"a": ["b", "c"]}, {"a": {"style": "form", "explode": False}}, "a=b,c"),
        ({"a": ["b", "c"]}, {"a": {"style": "pipeDelimited"}}, "a=b%7Cc"),
        ({"o": {"x": 1, "y": 2}}, {"o": {"style": "deepObject", "explode": True}}, "o%5Bx%5D=1&o%5By%5D=2"),
        ({"o": {"x": 1, "y": 2}}, {"o": {"style": "form"}}, "x=1&y=2"),
        ({"u": "a/b?c d"}, {"u": {"allowReserved": True}}, "u=a/b?c%20d"),
        ({"a": "text"}, {"a": {"contentType": "application/json"}}, "a=%22text%22"),
        ({"a": [1, "b"]}, {"a": {"contentType": "application/json; x=y"}}, "a=1&a=%22b%22"),
        ({"a": "b"}, {"a": "not an encoding"}, "a=b"),
        ({}, {}, ""),
    ],
)
def test_fields_are_written_as_the_document_says(
    fields: dict[str, object], encoding: dict[str, object], written: str
) -> None:
    """OpenAPI 3.1.1, "Encoding Object"."""
    assert write_urlencoded(fields, encoding) == written.encode()


@given(st.dictionaries(NAMES, TEXTS, max_size=4))
def test_a_form_is_read_back(fields: dict[str, str]) -> None:
    written = write_urlencoded(dict(fields), {}).decode("ascii")
    assert parse_qsl(written, keep_blank_values=True) == list(fields.items())


def read(body: bytes, content_type: str) -> tuple[list[tuple[str, str]], dict[str, tuple[str | None, str, bytes]]]:
    media_type, options = parse_options_header(content_type)
    _, form, files = FormDataParser().parse(BytesIO(body), media_type, len(body), options)
    return list(form.items(multi=True)), {
        name: (part.filename, part.mimetype, part.read()) for name, part in files.items()
    }


# WHATWG HTML, 4.10.21.8: a reverse solidus stands as it is; werkzeug's reader takes it for the start of an escape.
@given(st.dictionaries(NAMES.filter(lambda name: "\\" not in name), TEXTS, min_size=1, max_size=4))
def test_a_multipart_body_is_read_back(fields: dict[str, str]) -> None:
    form, files = read(*write_multipart(form_parts(dict(fields), {})))
    assert (form, files) == (list(fields.items()), {})


def test_parts_have_the_media_types_that_the_document_says() -> None:
    fields = {
        "text": "t",
        "number": 1,
        "object": {"a": None},
        "list": [1, {"b": 2}],
        "file": b"\x00\xff",
        "page": "<p>",
    }
    parts = form_parts(fields, {"page": {"contentType": "text/html, text/plain"}})
    assert [(part.name, part.content, part.file_name, part.media_type) for part in parts] == [
        ("text", b"t", None, ""),
        ("number", b"1", None, ""),
        ("object", b'{"a":null}', None, "application/json"),
        ("list", b"1", None, ""),
        ("list", b'{"b":2}', None, "application/json"),
        ("file", b"\x00\xff", "file", "application/octet-stream"),
        ("page", b"<p>", None, "text/html"),
    ]
    form, files = read(*write_multipart(parts))
    assert files == {"file": ("file", "application/octet-stream", b"\x00\xff")}
    assert dict(form)["object"] == '{"a":null}'


def test_the_same_parts_are_the_same_bytes() -> None:
    parts = [FormPart("a", b"1"), FormPart('q"\r\n', b"--x", "f.txt", "text/plain")]
    first, second = write_multipart(parts), write_multipart(list(parts))
    assert first == second
    assert write_multipart(parts[:1])[1] != first[1], "the boundary comes from what the body holds"
    assert b'name="q%22%0D%0A"; filename="f.txt"' in first[0]


@pytest.mark.parametrize("value", ["\ud800", float("nan"), {"a": float("inf")}])
def test_what_has_no_encoding_is_refused(value: object) -> None:
    with pytest.raises(Unwritable):
        write_urlencoded({"a": value}, {})
    with pytest.raises(Unwritable):
        form_parts({"a": value}, {})
