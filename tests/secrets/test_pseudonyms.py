"""Pseudonyms: of the same format, the same for the same value and key, and never the value itself."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from troth.secrets.pseudonyms import EMAIL, Pseudonyms

MAKER = Pseudonyms(b"k" * 32)
OTHER = Pseudonyms(b"x" * 32)


@given(st.uuids())
def test_a_uuid_stands_for_a_uuid_of_the_same_version(value: object) -> None:
    said = MAKER.secret(str(value))
    assert said == MAKER.personal(str(value)) == MAKER.personal(f"user {value}").partition(" ")[2]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", said)
    assert (said[14], said[19]) == (str(value)[14], str(value)[19])
    assert said != str(value)


@given(
    st.text("0123456789abcdef", min_size=8, max_size=128).filter(lambda text: not text.isdigit() and not text.isalpha())
)
def test_hexadecimal_stands_for_as_much_hexadecimal(value: str) -> None:
    assert re.fullmatch(f"[0-9a-f]{{{len(value)}}}", MAKER.secret(value))
    assert MAKER.personal(value) == MAKER.secret(value)


@given(st.from_regex(r"[1-9][0-9]{3,63}", fullmatch=True))
def test_digits_stand_for_a_number_of_as_many_digits(value: str) -> None:
    assert re.fullmatch(f"[1-9][0-9]{{{len(value) - 1}}}", MAKER.secret(value))
    assert MAKER.personal(value) == MAKER.secret(value)


@given(st.emails())
def test_an_email_address_stands_for_one(value: str) -> None:
    assume(EMAIL.fullmatch(value))
    assert re.fullmatch(r"[^@]+@[^@]+\.example", MAKER.secret(value))
    assert MAKER.secret(value) == MAKER.personal(value)


@given(st.text(min_size=1))
def test_text_keeps_its_length_and_needs_no_escape_anywhere(value: str) -> None:
    assume(not EMAIL.fullmatch(value))
    said = MAKER.secret(value)
    assert len(said) == len(value)
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", said)


@given(st.text(min_size=6))
def test_the_key_decides(value: str) -> None:
    assert MAKER.secret(value) == Pseudonyms(b"k" * 32).secret(value)
    assume(sum(char.isalnum() for char in value) >= 6)
    assert MAKER.secret(value) != OTHER.secret(value)


@pytest.mark.parametrize(
    ("value", "pattern"),
    [
        ("1988-04-17", r"19[5-9]\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])"),
        ("04/17/1988", r"(0[1-9]|1[0-2])/(0[1-9]|1[0-2])/19[5-9]\d"),
        (
            "https://pictures.example.org/u/7776684.png?size=big",
            r"https://pictures\.example\.org/[a-z]/\d{7}\.[a-z]{3}\?[a-z]{4}=[a-z]{3}",
        ),
        (
            "https://pictures.example.org/2eaf5d01-8244-44b9-878d-9e83073c45e0/a%20b",
            r"https://pictures\.example\.org/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}/[a-z]%20[a-z]",
        ),
        ("Zoë Marlow", r"[A-Z][a-z]{2} [A-Z][a-z]{5}"),
        ("", ""),
        ("--", "--"),
    ],
)
def test_personal_data_keep_their_format(value: str, pattern: str) -> None:
    assert re.fullmatch(pattern, MAKER.personal(value)), MAKER.personal(value)


def test_a_full_name_still_holds_the_family_name() -> None:
    assert MAKER.personal("Keller") in MAKER.personal("Ada Keller")
