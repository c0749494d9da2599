"""SOAP 1.1 envelopes: what is written is read again, and nothing hostile is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.wire.bodies import Unreadable
from troth.wire.soap import ENVELOPE, SoapMessage, XsdValidator, read_envelope, write_envelope

NAMESPACE = "uen:esws"
TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from("&<>'\"; +#^\n\t"), max_size=40)


def envelope(body: str, head: str = "", prefix: str = "s") -> bytes:
    return (
        f"<?xml version='1.0'?>{head}<{prefix}:Envelope xmlns:{prefix}='{ENVELOPE}'>"
        f"<{prefix}:Body>{body}</{prefix}:Body></{prefix}:Envelope>"
    ).encode()


@given(st.lists(TEXT | st.none(), max_size=6))
def test_what_is_written_is_read_again_in_order(texts: list[str | None]) -> None:
    parts = {f"p_{index}": text for index, text in enumerate(texts)}
    message = read_envelope(write_envelope("Esws.f", NAMESPACE, parts))
    assert isinstance(message, SoapMessage)
    assert (message.name, message.namespace) == ("Esws.f", NAMESPACE)
    # XML has no carriage return of its own; everything else comes back letter for letter.
    assert dict(message.parts) == {name: text for name, text in parts.items() if text is not None}
    assert message.order == tuple(name for name, text in parts.items() if text is not None)


@pytest.mark.parametrize(
    "data",
    [
        envelope("<x xmlns='uen:esws'><a>1</a></x>"),
        envelope("<n:x xmlns:n='uen:esws'><a>1</a></n:x>", prefix="soap-env"),
        envelope(
            "<n:x xmlns:n='uen:esws' xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='y'><a>1</a></n:x>"
        ),
    ],
)
def test_prefixes_and_types_play_no_part(data: bytes) -> None:
    message = read_envelope(data)
    assert isinstance(message, SoapMessage)
    assert (message.name, message.namespace, dict(message.parts)) == ("x", "uen:esws", {"a": "1"})


def test_nil_is_not_empty_and_a_fault_is_known() -> None:
    nil = "<x xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><a i:nil='true'/><b/></x>"
    message = read_envelope(envelope(nil))
    assert isinstance(message, SoapMessage)
    assert message.parts == {"a": None, "b": ""}
    assert message.fault is None
    fault = read_envelope(envelope("<s:Fault><faultcode>s:Client</faultcode><faultstring>no</faultstring></s:Fault>"))
    assert isinstance(fault, SoapMessage)
    assert fault.fault == {"faultcode": "s:Client", "faultstring": "no"}


BOMB = "<!DOCTYPE b [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not XML"),
        (b"{}", "is not XML"),
        (b"<a>", "is not XML"),
        (b"<a/>", "is not a SOAP 1.1 envelope"),
        (b"<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope'/>", "is not a SOAP 1.1 envelope"),
        (f"<s:Envelope xmlns:s='{ENVELOPE}'/>".encode(), "has 0 SOAP bodies"),
        (envelope(""), "has 0 elements"),
        (envelope("<a/><b/>"), "has 2 elements"),
        (envelope("<x>&b;</x>", BOMB), "document type"),
        (b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/x.dtd'><a/>", "document type"),
        (b"\xff\xfe\xfa", "is not XML"),
        (b"<a>" * 100_000, "is not XML"),
    ],
)
def test_what_is_not_an_envelope_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    message = read_envelope(data)
    assert isinstance(message, Unreadable)
    assert reason in message.reason


TEXT = envelope("<a/>").decode()


@pytest.mark.parametrize(
    ("declared", "charset", "readable"),
    [
        ("", "", True),
        ('<?xml version="1.0" encoding="UTF-16"?>', "", True),
        ('<?xml version="1.0" encoding="UTF-8"?>', "utf-16", True),
        ('<?xml version="1.0" encoding="UTF-8"?>', "", False),
        ('<?xml version="1.0" encoding="UTF-8"?>', "utf-8", False),
        ('<?xml version="1.0" encoding="UTF-16"?>', "utf-8", False),
    ],
)
def test_wide_characters_under_a_narrow_name_are_refused(declared: str, charset: str, readable: bool) -> None:
    text = TEXT[TEXT.index("?>") + 2 :] if TEXT.startswith("<?xml") else TEXT
    message = read_envelope((declared + text).encode("utf-16"), charset)
    assert isinstance(message, SoapMessage) is readable, message


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: envelope(text.replace("<", ""))))
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(read_envelope(data), (SoapMessage, Unreadable))


def test_a_schema_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="is not XML"):
        XsdValidator(b"no")
    with pytest.raises(ValueError, match=r"\w"):
        XsdValidator(b"<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element/></xs:schema>")


@pytest.mark.parametrize("text", ["\x00", "\x1b", "\ud800", "\ufffe"])
def test_what_xml_cannot_carry_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        write_envelope("f", NAMESPACE, {"a": text})
