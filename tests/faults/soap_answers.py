# ruff: noqa: ARG001, ARG005 - every hook of a fault takes the call, needed or not
"""Reading and changing what goes to ESWS and comes from it."""

import re
from collections.abc import Callable
from html import escape, unescape
from typing import Any

from lxml import etree

from faults.faults import Answer, Call

RETURN = re.compile(r'(<return xsi:type="xsd:string">)(.*?)(</return>)', re.DOTALL)
_FAULT = "<SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode><faultstring>{text}</faultstring></SOAP-ENV:Fault>"
_BODY = re.compile(r"(<SOAP-ENV:Body>).*(</SOAP-ENV:Body>)", re.DOTALL)
Change = Callable[[Call, Answer], object]


def returned(answer: Answer) -> str:
    """The text that a function returned; empty for a fault."""
    found = RETURN.search(answer.body.decode())
    return unescape(found[2]) if found else ""


def give(answer: Answer, text: str) -> None:
    """Return another text."""
    answer.body = RETURN.sub(
        lambda found: found[1] + escape(text, quote=False) + found[3], answer.body.decode()
    ).encode()


def instead(old: str, new: str) -> Change:
    """This literal is returned in the place of that one."""

    def after(call: Call, answer: Answer) -> None:
        if returned(answer) == old:
            give(answer, new)

    return after


def arguments(call: Call) -> list[Any]:
    """The elements of the parameters, which may be changed; :func:`resend` puts them back."""
    try:
        root = etree.fromstring(call.body)
    except etree.XMLSyntaxError:
        return []
    return [child for child in root[-1][0] if isinstance(child.tag, str)]


def texts(call: Call) -> list[str]:
    """The values of the parameters."""
    return [child.text or "" for child in arguments(call)]


def resend(call: Call, position: int, text: str) -> None:
    """Give the parameter at that position another value."""
    children = arguments(call)
    if position < len(children):
        children[position].text = text
        call.body = etree.tostring(children[position].getroottree())


def as_fault(literal: str, status: int) -> Change:
    """This literal is no returned string but a SOAP fault with that HTTP status."""

    def after(call: Call, answer: Answer) -> None:
        if returned(answer) == literal:
            fault = _FAULT.format(text=literal)
            answer.body = _BODY.sub(lambda found: found[1] + fault + found[2], answer.body.decode()).encode()
            answer.status = status

    return after


def replaced(old: str, new: str) -> Change:
    """A piece of every answer's XML is another."""
    return lambda call, answer: answer.text(old, new)
