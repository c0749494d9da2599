"""The ESWS stand-in on the wire: what it accepts, what it refuses, and the shape of every answer."""

import time
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from werkzeug.test import Client, TestResponse, create_environ, run_wsgi_app

from troth.mocks.esws.service import Esws

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
PREFIXES = {"SOAP-ENV": SOAP, "xsd": XSD, "xsi": XSI, "SOAP-ENC": ENCODING}
TYPES = f'xmlns:xsi="{XSI}" xmlns:xsd="{XSD}"'

MOCK = Esws()
WORLD: Any = MOCK.world()
CODE = escape(WORLD["company"]["code"])
USER = WORLD["user"]["id"]
VALUES = (CODE, WORLD["admin"]["username"], WORLD["admin"]["password"], USER, "")
NAMES = ("p_companyID", "p_adminUsername", "p_adminPassword", "p_userId", "p_locationID")
CHILDREN = "".join(f"<{name}>{value}</{name}>" for name, value in zip(NAMES, VALUES, strict=True))
CALL = f'<o:Esws.getSyncToken xmlns:o="uen:esws">{CHILDREN}</o:Esws.getSyncToken>'


def enveloped(body: str, *, header: str = "", attributes: str = "", namespace: str = SOAP) -> str:
    return f'<E:Envelope xmlns:E="{namespace}" {attributes}>{header}<E:Body>{body}</E:Body></E:Envelope>'


def post(body: str | bytes, content_type: str = "text/xml", path: str = "/webservicesesws") -> TestResponse:
    raw = body.encode() if isinstance(body, str) else body
    return Client(MOCK).post(path, data=raw, content_type=content_type)


def returned(answer: TestResponse, operation: str = "Esws.getSyncToken") -> str:
    """The returned text, after checking every detail of the envelope that the vendor's samples show."""
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/xml; charset=UTF-8"
    root = etree.fromstring(answer.data)
    assert root.tag == f"{{{SOAP}}}Envelope"
    assert dict(root.attrib) == {f"{{{SOAP}}}encodingStyle": ENCODING}
    assert root.nsmap == PREFIXES
    (body,) = root
    assert body.tag == f"{{{SOAP}}}Body"
    (wrapper,) = body
    assert wrapper.tag == f"{{uen:esws}}{operation}Response"
    assert wrapper.prefix == "ns1"
    assert not wrapper.attrib
    (value,) = wrapper
    assert value.tag == "return"
    assert dict(value.attrib) == {f"{{{XSI}}}type": "xsd:string"}
    assert value.text
    return value.text


def assert_fault(answer: TestResponse, code: str = "SOAP-ENV:Client", status: int = 500) -> str:
    assert answer.status_code == status
    assert answer.content_type == "text/xml; charset=UTF-8"
    root = etree.fromstring(answer.data)
    (body,) = root
    (fault,) = body
    assert fault.tag == f"{{{SOAP}}}Fault"
    assert [child.tag for child in fault] == ["faultcode", "faultstring"]
    assert fault.findtext("faultcode") == code
    reason = fault.findtext("faultstring")
    assert reason
    return reason


TYPED = "".join(f'<{name} xsi:type="xsd:string">{value}</{name}>' for name, value in zip(NAMES, VALUES, strict=True))


@pytest.mark.parametrize(
    "envelope",
    [
        enveloped(CALL),
        "<?xml version='1.0' encoding='utf-8'?>\n" + enveloped(CALL, header="<E:Header/>"),
        enveloped(CALL, header='<E:Header><a:b xmlns:a="urn:a" E:mustUnderstand="1"/></E:Header>'),
        enveloped(CALL, attributes=f'E:encodingStyle="{ENCODING}"'),
        enveloped(CALL.replace(' xmlns:o="uen:esws"', f' xmlns:o="uen:esws" E:encodingStyle="{ENCODING}"', 1)),
        enveloped(f'<Esws.getSyncToken xmlns="uen:esws">{CHILDREN}</Esws.getSyncToken>'),
        enveloped(f"<Esws.getSyncToken>{CHILDREN}</Esws.getSyncToken>"),
        enveloped(f'<o:Esws.getSyncToken xmlns:o="urn:else">{CHILDREN}</o:Esws.getSyncToken>'),
        enveloped(f'<o:Esws.getSyncToken xmlns:o="uen:esws">{TYPED}</o:Esws.getSyncToken>', attributes=TYPES),
        enveloped(CALL.replace("<p_locationID></p_locationID>", "")),
        enveloped(CALL.replace("<p_locationID></p_locationID>", "<p_locationID/>")),
        enveloped(CALL.replace("<p_locationID>", '<p_locationID xsi:nil="true">'), attributes=TYPES),
        enveloped(CALL.replace("<p_locationID></p_locationID>", "<p_locationID>12</p_locationID><more>x</more>")),
        enveloped(CALL.replace("p_companyID", "p_companyId")),
        enveloped(CALL.replace(f"<p_userId>{USER}", f"<p_userId><![CDATA[{USER[:2]}]]><!-- - -->{USER[2:]}")),
        f"\n<!-- hello --><?pi x?>{enveloped(CALL)}\n".lstrip(),
        enveloped("\n  " + CALL.replace("><p_", ">\n    <p_") + "\n"),
    ],
)
def test_envelopes_of_many_clients_are_understood(envelope: str) -> None:
    assert len(returned(post(envelope))) == 64


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_the_xml_declaration_names_the_character_set(encoding: str) -> None:
    envelope = f'<?xml version="1.0" encoding="{encoding}"?>' + enveloped(CALL)
    assert len(returned(post(envelope.encode(encoding)))) == 64


@pytest.mark.parametrize("content_type", ["text/xml", "text/xml; charset=utf-8", 'TEXT/XML; charset="UTF-8"'])
def test_a_call_is_text_xml_to_any_query_and_any_soap_action(content_type: str) -> None:
    for path in ("/webservicesesws", "/webservicesesws?wsdl", "/webservicesesws?x=%00"):
        for action in (None, "", '""', '"uen:esws#Esws.deleteUser"', "nonsense"):
            headers = {} if action is None else {"SOAPAction": action}
            answer = Client(MOCK).post(path, data=enveloped(CALL), content_type=content_type, headers=headers)
            assert len(returned(answer)) == 64


@pytest.mark.parametrize(
    "emptiness", ["<p/>", "<p></p>", '<p xsi:nil="true"/>', '<p xsi:nil="1">x</p>', "<p><!----></p>"]
)
def test_absent_nil_and_empty_are_all_not_provided(emptiness: str) -> None:
    children = f"<p>{CODE}</p>{emptiness}<p>x</p><p>x</p>"
    envelope = enveloped(f"<Esws.getSyncToken>{children}</Esws.getSyncToken>", attributes=TYPES)
    assert returned(post(envelope)) == "NO USERNAME PROVIDED"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"\x00\xff",
        b"{}",
        b"<a",
        b"<a></b>",
        b"<a/><b/>",
        b"<a/>",
        enveloped(CALL).encode()[:-1],
        enveloped("").encode(),
        enveloped("text").encode(),
        f'<E:Envelope xmlns:E="{SOAP}"/>'.encode(),
        f'<E:Envelope xmlns:E="{SOAP}"><E:Header/></E:Envelope>'.encode(),
        f'<E:Envelope xmlns:E="{SOAP}"><Body>{CALL}</Body></E:Envelope>'.encode(),
        f"<Envelope><Body>{CALL}</Body></Envelope>".encode(),
        enveloped(CALL, namespace=SOAP_12).encode(),
        enveloped(CALL.replace("getSyncToken", "getUsers")).encode(),
        enveloped(CALL.replace("Esws.getSyncToken", "getSyncToken")).encode(),
        enveloped(CALL.replace("Esws.getSyncToken", "esws.getsynctoken")).encode(),
        enveloped(CALL.replace("Esws.getSyncToken", "Esws.")).encode(),
        enveloped(CALL.replace("Esws.getSyncToken", "Esws.Esws.getSyncToken")).encode(),
        b"<!DOCTYPE a>" + enveloped(CALL).encode(),
        b'<!DOCTYPE a SYSTEM "http://192.0.2.1/x.dtd">' + enveloped(CALL).encode(),
        b'<!DOCTYPE a [<!ENTITY e "x">]>' + enveloped(CALL).encode(),
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + enveloped(CALL.replace(USER, "&e;")).encode(),
        b'<!DOCTYPE a [<!ENTITY % e SYSTEM "file:///etc/hostname"> %e;]>' + enveloped(CALL).encode(),
        enveloped(CALL.replace(USER, "&e;")).encode(),
        b'<?xml version="1.0" encoding="nonsense"?>' + enveloped(CALL).encode(),
    ],
)
def test_what_is_no_call_is_a_client_fault(body: bytes) -> None:
    assert_fault(post(body))


@pytest.mark.parametrize(
    "content_type", ["", "application/soap+xml", "application/xml", "application/x-www-form-urlencoded"]
)
def test_another_content_type_is_a_client_fault(content_type: str) -> None:
    assert_fault(post(enveloped(CALL), content_type))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_is_a_client_fault(method: str) -> None:
    assert_fault(Client(MOCK).open("/webservicesesws", method=method))


@pytest.mark.parametrize("path", ["/webservicesesws/", "/webservicesesws2", "/webservicesesws/x?wsdl"])
def test_an_unknown_address_beside_the_endpoint_is_a_client_fault(path: str) -> None:
    assert_fault(post(enveloped(CALL), path=path))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_refusal_from_outside_is_a_server_fault_with_its_own_status(status: int) -> None:
    mock = Esws()
    mock.refuse_with(status)
    answer = Client(mock).post("/webservicesesws", data=enveloped(CALL), content_type="text/xml")
    assert_fault(answer, "SOAP-ENV:Server", status)
    page = Client(mock).get("/users/login")
    assert (page.status_code, page.content_type) == (status, "text/html; charset=utf-8")


ENTITIES = '<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
)
BOMBS = {
    "nested": "<a>" * 350_000,
    "nested and closed": "<a>" * 145_000 + "</a>" * 145_000,
    "nested in a parameter": enveloped(CALL.replace(USER, "<a>" * 140_000 + "</a>" * 140_000)),
    "entities": f"<!DOCTYPE x [{ENTITIES}]><x>&j;</x>",
    "entities in an attribute": f'<!DOCTYPE x [{ENTITIES}]><x y="&j;"/>',
    "one long entity": f'<!DOCTYPE x [<!ENTITY a "{"a" * 500_000}">]><x>{"&a;" * 150_000}</x>',
    "attributes": "<a" + "".join(f' b{i}=""' for i in range(90_000)) + "/>",
    "one long name": f"<{'a' * 1_000_000}/>",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_answered_quickly_with_a_fault(bomb: str) -> None:
    began = time.thread_time()
    assert_fault(post(BOMBS[bomb]))
    assert time.thread_time() - began < 2


def test_a_wide_body_is_answered_by_its_first_element() -> None:
    assert_fault(post(enveloped("<b/>" * 200_000)))
    assert len(returned(post(enveloped(CALL + "<b/>" * 1000)))) == 64


parts = st.sampled_from(
    [
        f'<E:Envelope xmlns:E="{SOAP}">',
        "<E:Body>",
        "<E:Header/>",
        "<Esws.getSyncToken>",
        CHILDREN,
        "</Esws.getSyncToken>",
        "</E:Body>",
        "</E:Envelope>",
        "<!DOCTYPE a>",
        "&lt;",
        "&#x1F600;",
        "&e;",
        '<p xsi:nil="true"/>',
    ]
)
documents = st.one_of(
    st.binary(),
    st.lists(parts | st.text(max_size=5)).map(lambda pieces: "".join(pieces).encode("utf-8", "surrogatepass")),
    st.text().map(lambda text: enveloped(f"<Esws.getQR><p>{text}</p></Esws.getQR>").encode("utf-8", "replace")),
    st.tuples(st.binary(max_size=5), st.integers(0, 600), st.integers(0, 20)).map(
        lambda cut: enveloped(CALL).encode()[: cut[1]] + cut[0] + enveloped(CALL).encode()[cut[1] + cut[2] :]
    ),
)
wire_text = st.text(st.characters(max_codepoint=0xFF))


@settings(max_examples=400, deadline=None)
@given(
    method=st.sampled_from(["POST", "POST", "POST", "GET", "PUT"]) | wire_text,
    path=st.just("/webservicesesws") | wire_text,
    query=st.just("wsdl") | wire_text,
    content_type=st.just("text/xml") | wire_text,
    cookie=wire_text,
    host=wire_text,
    body=documents,
)
def test_any_request_gets_a_whole_answer(
    method: str, path: str, query: str, content_type: str, cookie: str, host: str, body: bytes
) -> None:
    environ = create_environ("/", data=body)
    environ |= {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": host}
    environ |= {"CONTENT_TYPE": content_type, "HTTP_COOKIE": cookie}
    chunks, status, headers = run_wsgi_app(MOCK, environ, buffered=True)
    raw = b"".join(chunks)
    if path == "/webservicesesws":
        assert headers["Content-Type"] == "text/xml; charset=UTF-8"
        assert status[:3] in ("200", "500")
        assert method == "HEAD" or etree.fromstring(raw) is not None
    else:
        assert int(status[:3]) in (200, 302, 400, 404, 405, 500)


# --- the WSDL -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["wsdl", "WSDL", "wsdl=", "x=1&wsdl"])
def test_the_wsdl_has_the_address_it_was_fetched_from(query: str) -> None:
    answer = Client(MOCK).get(f"/webservicesesws?{query}", base_url="http://127.0.0.1:4711")
    assert answer.status_code == 200
    assert answer.content_type == "text/xml; charset=UTF-8"
    (address,) = etree.fromstring(answer.data).iter("{http://schemas.xmlsoap.org/wsdl/soap/}address")
    assert address.get("location") == "http://127.0.0.1:4711/webservicesesws"


def test_the_wsdl_describes_every_function_as_rpc_encoded_with_strings() -> None:
    names = {"w": "http://schemas.xmlsoap.org/wsdl/", "s": "http://schemas.xmlsoap.org/wsdl/soap/"}
    root = etree.fromstring(Client(MOCK).get("/webservicesesws?wsdl").data)
    assert root.get("targetNamespace") == "uen:esws"
    operations = root.xpath("w:binding/w:operation/@name", namespaces=names)
    assert operations == [
        "Esws.getSyncToken",
        "Esws.getTotalSyncToken",
        "Esws.getUserId",
        "Esws.autoSync",
        "Esws.deleteUser",
        "Esws.getQR",
        "Esws.setQR",
        "Esws.deleteQR",
    ]
    assert root.xpath("w:portType/w:operation/@name", namespaces=names) == operations
    assert root.xpath("w:binding/s:binding/@style", namespaces=names) == ["rpc"]
    assert set(root.xpath("//s:body/@use", namespaces=names)) == {"encoded"}
    assert set(root.xpath("//s:body/@namespace", namespaces=names)) == {"uen:esws"}
    assert set(root.xpath("//w:part/@type", namespaces=names)) == {"xsd:string"}
    parts = root.xpath("w:message[@name='Esws.getSyncTokenRequest']/w:part/@name", namespaces=names)
    assert parts == list(NAMES)
