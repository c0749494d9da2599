# ruff: noqa: ARG001, ARG005 - every hook of a fault takes the call, needed or not
"""ESWS on the wire: envelopes, namespaces, encodings, faults in place of strings, literals, and the WSDL."""

from typing import Any

from faults.faults import Answer, Call, Fault, Kind, documented, example, inferred, observed
from faults.soap_answers import RETURN, as_fault, give, instead, replaced, resend, returned, texts

ESWS = "esws"
SYNC_TOKEN = "Esws.getSyncToken"
TOTAL_TOKEN = "Esws.getTotalSyncToken"
USER_ID = "Esws.getUserId"
AUTO_SYNC = "Esws.autoSync"
DELETE_USER = "Esws.deleteUser"
GET_QR = "Esws.getQR"
SET_QR = "Esws.setQR"
DELETE_QR = "Esws.deleteQR"
WSDL = "GET /webservicesesws"


def _with_status(call: Call, answer: Answer) -> None:
    if returned(answer).startswith("NO "):
        answer.status = 500


def _echo_the_code(call: Call, answer: Answer) -> None:
    if returned(answer) == "ERROR_UNKNOWN_SECURITY_HASH":
        give(answer, f"ERROR_UNKNOWN_SECURITY_HASH {texts(call)[0]}")


def _swap_missing(call: Call, answer: Answer) -> None:
    pair = ("NO USERNAME PROVIDED", "NO PASSWORD PROVIDED")
    if returned(answer) in pair:
        give(answer, pair[1 - pair.index(returned(answer))])


def _in_utf_16(call: Call, answer: Answer) -> None:
    answer.body = answer.body.decode().encode("utf-16-le")


def _with_junk_after(call: Call, answer: Answer) -> None:
    answer.body += b"\n<!-- ok --><ok/>"


def _twice(call: Call, answer: Answer) -> None:
    answer.body = RETURN.sub(lambda found: found[0] * 2, answer.body.decode()).encode()


def _plus_as_space(call: Call) -> None:
    if values := texts(call):
        resend(call, 0, values[0].replace("+", " "))


def _misorder(call: Call, answer: Answer) -> None:
    user, password = (
        '<wsdl:part name="p_userId" type="xsd:string"/>',
        '<wsdl:part name="p_adminPassword" type="xsd:string"/>',
    )
    head, mark, rest = answer.body.decode().partition('<wsdl:message name="Esws.getSyncTokenRequest">')
    message, end, tail = rest.partition("</wsdl:message>")
    message = message.replace(user, "\0").replace(password, user).replace("\0", password)
    answer.body = (head + mark + message + end + tail).encode()


def _no_description(call: Call, answer: Answer) -> None:
    if answer.status == 200:
        call.query = ""
        answer.become(call.pass_on())


def _ask_wsdl(ask: Any) -> Any:
    return ask.send("GET", "/webservicesesws?wsdl")


FAULTS = (
    Fault(
        "an-unknown-company-is-a-soap-fault",
        ESWS,
        (SYNC_TOKEN,),
        Kind.SOAP_FAULT,
        "An unknown security code answers a fault with HTTP 500.",
        (documented("1.5", "errors are ordinary return values"), documented("2.1", "ERROR_UNKNOWN_SECURITY_HASH")),
        lambda ask: ask("getSyncToken", p_companyID="nobody"),
        after=as_fault("ERROR_UNKNOWN_SECURITY_HASH", 500),
    ),
    Fault(
        "an-unknown-user-is-a-soap-fault-in-http-200",
        ESWS,
        (SYNC_TOKEN,),
        Kind.SOAP_FAULT,
        "An unknown user answers a fault, and HTTP 200 with it.",
        (documented("2.1", "NO USER FOUND BASED ON THE ID PROVIDED is returned"), observed("4.4", "zeep raises")),
        lambda ask: ask("getSyncToken", p_userId="999999999"),
        after=as_fault("NO USER FOUND BASED ON THE ID PROVIDED", 200),
    ),
    Fault(
        "a-missing-user-of-autosync-is-a-soap-fault",
        ESWS,
        (AUTO_SYNC,),
        Kind.SOAP_FAULT,
        "autoSync without a location answers a fault with HTTP 500.",
        (documented("3", "autoSync returns NO LOCATIONID PROVIDED"), documented("1.5", "errors are return values")),
        lambda ask: ask("autoSync", p_locationId=""),
        after=as_fault("NO LOCATIONID PROVIDED", 500),
    ),
    Fault(
        "business-errors-come-with-http-500",
        ESWS,
        (SYNC_TOKEN, TOTAL_TOKEN),
        Kind.CODE,
        "The strings that begin with NO are returned in HTTP 500.",
        (observed("4.4", "zeep and suds raise on a good body with 500"), inferred("1.5", "HTTP 200")),
        lambda ask: ask("getSyncToken", p_adminUsername=""),
        after=_with_status,
    ),
    Fault(
        "a-missing-user-name-is-told-with-underscores",
        ESWS,
        (SYNC_TOKEN,),
        Kind.TEXT,
        "NO_USERNAME_PROVIDED is returned.",
        (documented("2.1", "NO USERNAME PROVIDED"), documented("4.1.3", "two error alphabets in one function")),
        lambda ask: ask("getSyncToken", p_adminUsername=""),
        after=instead("NO USERNAME PROVIDED", "NO_USERNAME_PROVIDED"),
    ),
    Fault(
        "a-missing-password-ends-in-a-full-stop",
        ESWS,
        (TOTAL_TOKEN,),
        Kind.TEXT,
        "NO PASSWORD PROVIDED. is returned, with a full stop.",
        (documented("2.3", "NO PASSWORD PROVIDED"),),
        lambda ask: ask("getTotalSyncToken", p_adminPassword=""),
        after=instead("NO PASSWORD PROVIDED", "NO PASSWORD PROVIDED."),
    ),
    Fault(
        "missing-name-and-missing-password-change-places",
        ESWS,
        (SYNC_TOKEN,),
        Kind.TEXT,
        "A missing user name is called a missing password, and the other way round.",
        (documented("2.1", "each literal has its own condition"),),
        lambda ask: ask("getSyncToken", p_adminPassword=""),
        after=_swap_missing,
    ),
    Fault(
        "a-missing-user-id-gets-the-global-literal",
        ESWS,
        (SYNC_TOKEN,),
        Kind.TEXT,
        "NO_ID_RECEIVED is returned for a missing p_userId.",
        (documented("2.1", "NO USERID PROVIDED"), documented("4.1.4", "the function's page has its own literal")),
        lambda ask: ask("getSyncToken", p_userId=""),
        after=instead("NO USERID PROVIDED", "NO_ID_RECEIVED"),
    ),
    Fault(
        "an-unknown-company-counts-as-missing",
        ESWS,
        (TOTAL_TOKEN, GET_QR),
        Kind.CODE,
        "ERROR_NO_SECURITY_HASH is returned for a code that was sent and is unknown.",
        (documented("1.4", "ERROR_UNKNOWN_SECURITY_HASH: code given, no such company"),),
        lambda ask: ask("getTotalSyncToken", p_companyID="nobody"),
        after=instead("ERROR_UNKNOWN_SECURITY_HASH", "ERROR_NO_SECURITY_HASH"),
    ),
    Fault(
        "an-unknown-security-code-is-echoed",
        ESWS,
        (SYNC_TOKEN, USER_ID),
        Kind.SECRET,
        "The error for an unknown security code repeats the code.",
        (documented("1.4", "the literal is ERROR_UNKNOWN_SECURITY_HASH and no more"),),
        lambda ask: ask("getUserId", p_companyID="nobody"),
        after=_echo_the_code,
    ),
    Fault(
        "a-wrong-administrator-is-told-in-fewer-words",
        ESWS,
        (SYNC_TOKEN, TOTAL_TOKEN),
        Kind.TEXT,
        "NO ADMIN FOUND is returned.",
        (documented("2.1", "NO ADMIN FOUND BASED ON USERNAME AND PASSWORD"),),
        lambda ask: ask("getSyncToken", p_adminPassword="wrong"),
        after=instead("NO ADMIN FOUND BASED ON USERNAME AND PASSWORD", "NO ADMIN FOUND"),
    ),
    Fault(
        "answers-are-in-the-namespace-urn-esws",
        ESWS,
        (SYNC_TOKEN,),
        Kind.NAMESPACE,
        "Somebody mended uen:esws to urn:esws in the answers.",
        (example("1.1", "uen:esws on requests and responses"),),
        lambda ask: ask("getSyncToken"),
        after=replaced('="uen:esws"', '="urn:esws"'),
    ),
    Fault(
        "the-wrapper-is-in-no-namespace",
        ESWS,
        (USER_ID,),
        Kind.NAMESPACE,
        "The element around the returned value is unqualified.",
        (example("1.1", "Esws.<function>Response in namespace uen:esws"),),
        lambda ask: ask("getUserId"),
        after=lambda call, answer: answer.text("<ns1:", "<").text("</ns1:", "</"),
    ),
    Fault(
        "the-returned-element-is-qualified",
        ESWS,
        (GET_QR,),
        Kind.NAMESPACE,
        "return is in the namespace of the operation.",
        (example("1.1", "one unqualified child return"),),
        lambda ask: ask("getQR"),
        after=lambda call, answer: answer.text("<return", "<ns1:return").text("</return", "</ns1:return"),
    ),
    Fault(
        "answers-speak-soap-1-2",
        ESWS,
        (AUTO_SYNC,),
        Kind.NAMESPACE,
        "The envelope is one of SOAP 1.2.",
        (example("1.1", "the envelope of SOAP 1.1 in every visible response"),),
        lambda ask: ask("autoSync"),
        after=replaced(
            'xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"',
            'xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"',
        ),
    ),
    Fault(
        "the-wrapper-lost-the-name-of-its-class",
        ESWS,
        (TOTAL_TOKEN,),
        Kind.SHAPE,
        "The wrapper is called getTotalSyncTokenResponse.",
        (example("1.1", "Esws.<function>Response"),),
        lambda ask: ask("getTotalSyncToken"),
        after=replaced("ns1:Esws.", "ns1:"),
    ),
    Fault(
        "a-sync-token-comes-in-the-wrapper-of-the-total",
        ESWS,
        (SYNC_TOKEN,),
        Kind.RELATION,
        "getSyncToken answers with Esws.getTotalSyncTokenResponse.",
        (example("1.1", "the wrapper is named after the function"),),
        lambda ask: ask("getSyncToken"),
        after=replaced("Esws.getSyncTokenResponse", "Esws.getTotalSyncTokenResponse"),
    ),
    Fault(
        "the-returned-element-is-called-result",
        ESWS,
        (SET_QR,),
        Kind.SHAPE,
        "The value stands in an element result.",
        (example("1.1", "one child return"), observed("4.4", "zeep fails on a wrong child name")),
        lambda ask: ask("setQR"),
        after=lambda call, answer: answer.text("<return", "<result").text("</return", "</result"),
    ),
    Fault(
        "the-value-is-returned-twice",
        ESWS,
        (USER_ID,),
        Kind.SHAPE,
        "There are two elements return.",
        (example("1.1", "one child return"), observed("4.4", "zeep fails on an extra child")),
        lambda ask: ask("getUserId"),
        after=_twice,
    ),
    Fault(
        "a-user-id-is-typed-as-an-integer",
        ESWS,
        (USER_ID,),
        Kind.SHAPE,
        "The result of getUserId carries xsi:type xsd:int.",
        (example("1.1", "getUserId answers a number typed as string"), observed("4.4", "zeep gives an integer")),
        lambda ask: ask("getUserId"),
        after=replaced('<return xsi:type="xsd:string">', '<return xsi:type="xsd:int">'),
    ),
    Fault(
        "the-declared-encoding-is-a-lie",
        ESWS,
        (DELETE_QR,),
        Kind.ENCODING,
        "The bytes are UTF-16 under a declaration of UTF-8.",
        (example("1.1", "every response is a SOAP 1.1 envelope"), observed("4.4", "clients fail to parse")),
        lambda ask: ask("deleteQR"),
        after=_in_utf_16,
    ),
    Fault(
        "something-follows-the-envelope",
        ESWS,
        (DELETE_USER,),
        Kind.SHAPE,
        "A second root element stands behind the envelope.",
        (example("1.1", "every response is one envelope"), observed("4.4", "clients fail to parse")),
        lambda ask: ask("deleteUser"),
        after=_with_junk_after,
    ),
    Fault(
        "a-plus-in-the-security-code-is-read-as-a-space",
        ESWS,
        (USER_ID,),
        Kind.ENCODING,
        "getUserId decodes the security code as if it came in a form.",
        (example("1.3.2", "codes hold ^ ; + #"), documented("1.4", "UNKNOWN only where there is no such company")),
        lambda ask: ask("getUserId"),
        before=_plus_as_space,
    ),
    Fault(
        "the-wsdl-lists-the-user-before-the-password",
        ESWS,
        (WSDL,),
        Kind.RELATION,
        "In the WSDL p_userId and p_adminPassword have changed places.",
        (documented("2.1", "the order of the signature"), documented("1.3.5", "parameters in the documented order")),
        _ask_wsdl,
        after=_misorder,
    ),
    Fault(
        "there-is-no-wsdl",
        ESWS,
        (WSDL,),
        Kind.CODE,
        "The published address answers a fault in the place of the WSDL.",
        (documented("1.1", "…/webservicesesws?wsdl is the address published to clients"),),
        _ask_wsdl,
        after=_no_description,
    ),
)
"""Faults of messages."""
