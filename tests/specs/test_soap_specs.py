"""The description of the SOAP service: WSDL, XSD and the x-soap extension agree, and the XSD is strict enough."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from lxml import etree

SPECS = Path(__file__).parents[2] / "specs"
ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
NAMESPACE = "{uen:esws}"
PREFIXES = {"xsd": XSD[1:-1], "xsi": XSI[1:-1], "ns1": "uen:esws"}
CALL: dict[str, Any] = yaml.safe_load((SPECS / "esws.yaml").read_text())["paths"]["/webservicesesws"]["post"]
OPERATIONS: dict[str, dict[str, Any]] = CALL["x-soap"]["operations"]
SAFE_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
EXAMPLES = [
    pytest.param(name, example, id=f"{name}-{key}")
    for name, operation in OPERATIONS.items()
    for key, example in operation["examples"].items()
]


@functools.cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SPECS / CALL["x-soap"]["xsd"], SAFE_PARSER))


def wsdl() -> etree._ElementTree:
    return etree.parse(SPECS / CALL["x-soap"]["wsdl"], SAFE_PARSER)


def element(name: str, children: dict[str, str | None], xsi_type: str | None = None) -> etree._Element:
    """One child of a Body with unqualified children; `None` is written as xsi:nil."""
    wrapper = etree.Element(NAMESPACE + name, nsmap=PREFIXES)
    for key, text in children.items():
        child = etree.SubElement(wrapper, key)
        child.text = text
        if text is None:
            child.set(XSI + "nil", "true")
        elif xsi_type is not None:
            child.set(XSI + "type", xsi_type)
    return wrapper


def accepts(child: etree._Element) -> bool:
    return schema().validate(etree.fromstring(etree.tostring(child), SAFE_PARSER))


def names(nodes: list[etree._Element]) -> list[str | None]:
    return [node.get("name") for node in nodes]


def test_wsdl_has_the_operations_of_the_extension_and_no_others() -> None:
    root = wsdl()
    expected = [operation["element"] for operation in OPERATIONS.values()]
    assert names(root.findall(f"{WSDL}portType/{WSDL}operation")) == expected
    assert names(root.findall(f"{WSDL}binding/{WSDL}operation")) == expected
    assert root.getroot().get("targetNamespace") == CALL["x-soap"]["namespace"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_wsdl_xsd_and_extension_name_the_same_parameters_in_order(name: str) -> None:
    operation = OPERATIONS[name]
    tag, parameters = operation["element"], operation["parameters"]
    assert tag == f"Esws.{name}"
    xsd = etree.parse(SPECS / "esws.xsd", SAFE_PARSER)
    for suffix, expected in (("Request", parameters), ("Response", ["return"])):
        assert names(wsdl().findall(f"{WSDL}message[@name='{tag}{suffix}']/{WSDL}part")) == expected
    for suffix, expected in (("", parameters), ("Response", ["return"])):
        path = f"{XSD}element[@name='{tag}{suffix}']/{XSD}complexType/{XSD}sequence/{XSD}element"
        assert names(xsd.findall(path)) == expected
    assert list(operation["request"]["properties"]) == operation["request"]["required"] == parameters


def test_xsd_knows_the_operations_of_the_extension_and_no_others() -> None:
    tags = [operation["element"] for operation in OPERATIONS.values()]
    found = names(etree.parse(SPECS / "esws.xsd", SAFE_PARSER).findall(f"{XSD}element"))
    assert found == [tag + suffix for tag in tags for suffix in ("", "Response")]


def test_wsdl_is_rpc_encoded_at_the_address_of_the_spec() -> None:
    root = wsdl()
    bodies = root.findall(f".//{SOAP}body")
    assert len(bodies) == 2 * len(OPERATIONS)
    for body in bodies:
        assert (body.get("use"), body.get("namespace"), body.get("encodingStyle")) == ("encoded", "uen:esws", ENCODING)
    binding, address = root.find(f".//{SOAP}binding"), root.find(f".//{SOAP}address")
    assert binding is not None
    assert address is not None
    assert binding.get("style") == "rpc"
    assert address.get("location") == "https://ws.i3.identysoft.com/webservicesesws"


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_has_effect_and_source(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["x-effect"] in {"safe", "idempotent", "creates", "destroys"}
    assert operation["x-source"].keys() == {"page", "section"}
    assert operation["summary"]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_example_satisfies_its_schemas(name: str, example: dict[str, Any]) -> None:
    operation = OPERATIONS[name]
    assert list(example["request"]) == operation["parameters"]
    assert Draft202012Validator(operation["request"]).is_valid(example["request"])
    assert Draft202012Validator(operation["return"]).is_valid(example["return"])


@pytest.mark.parametrize("xsi_type", [None, "xsd:string"])
@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_xsd_accepts_the_examples_typed_and_untyped(name: str, example: dict[str, Any], xsi_type: str | None) -> None:
    request = element(f"Esws.{name}", example["request"], xsi_type)
    request.set(f"{ENVELOPE}encodingStyle", ENCODING)
    assert accepts(request)
    assert accepts(element(f"Esws.{name}Response", {"return": example["return"]}, xsi_type))


def test_every_documented_text_has_an_example() -> None:
    for name, operation in OPERATIONS.items():
        shown = {example["return"] for example in operation["examples"].values()}
        listed: set[str] = set()
        for rules in (operation["return"], *operation["return"].get("allOf", ())):
            listed.update(rules.get("enum", ()))
            listed.update(text for choice in rules.get("anyOf", ())[:1] for text in choice["enum"])
        assert listed, name
        assert listed <= shown, name


@pytest.mark.parametrize(
    "text", ["", "NO_USERNAME_PROVIDED", "NO USER FOUND", "ERROR_UNKNOWN", "NO_ID_RECEIVED", "a token", "a/b", " "]
)
@pytest.mark.parametrize("name", ["getSyncToken", "getTotalSyncToken"])
def test_text_that_is_neither_token_nor_documented_error_is_rejected(name: str, text: str) -> None:
    assert not Draft202012Validator(OPERATIONS[name]["return"]).is_valid(text)


def sync_token(**changes: str | None) -> dict[str, str | None]:
    return {**OPERATIONS["getSyncToken"]["examples"]["issued"]["request"], **changes}


def without(key: str) -> dict[str, str | None]:
    return {name: text for name, text in sync_token().items() if name != key}


def renamespaced(child: etree._Element, namespace: str) -> etree._Element:
    child.tag = f"{{{namespace}}}{etree.QName(child).localname}"
    return child


def answer(child: str = "return", xsi_type: str | None = None) -> etree._Element:
    return element("Esws.getSyncTokenResponse", {child: "Zx81"}, xsi_type)


REJECTED = {
    "wrong namespace": renamespaced(answer(), "urn:esws"),
    "no namespace": etree.fromstring("<Esws.getSyncTokenResponse><return>Zx81</return></Esws.getSyncTokenResponse>"),
    "wrong wrapper": element("Esws.getSyncTokenResult", {"return": "Zx81"}),
    "wrapper without the class": element("getSyncTokenResponse", {"return": "Zx81"}),
    "qualified return": answer(NAMESPACE + "return"),
    "misspelt return": answer("Return"),
    "no return": element("Esws.getSyncTokenResponse", {}),
    "two returns": etree.fromstring(
        "<n:Esws.getQRResponse xmlns:n='uen:esws'><return>a</return><return>b</return></n:Esws.getQRResponse>"
    ),
    "default namespace": etree.fromstring(
        "<Esws.getSyncTokenResponse xmlns='uen:esws'><return>Zx81</return></Esws.getSyncTokenResponse>"
    ),
    "numeric return": answer(xsi_type="xsd:int"),
    "nil return": element("Esws.getSyncTokenResponse", {"return": None}),
    "request in wrong namespace": renamespaced(element("Esws.getSyncToken", sync_token()), "urn:esws"),
    "missing first parameter": element("Esws.getSyncToken", without("p_companyID")),
    "missing last parameter": element("Esws.getSyncToken", without("p_locationID")),
    "misspelt parameter": element("Esws.getSyncToken", {"p_companyId": "x", **without("p_companyID")}),
    "parameter of another function": element("Esws.getSyncToken", sync_token(p_wsAltUserId="x")),
    "qualified parameter": element("Esws.getQR", {NAMESPACE + "p_companyID": "x", "p_wsAltUserId": "y"}),
    "nil parameter": element("Esws.getSyncToken", sync_token(p_locationID=None)),
}


@pytest.mark.parametrize("why", REJECTED)
def test_xsd_rejects(why: str) -> None:
    assert accepts(element("Esws.getSyncToken", sync_token()))
    assert accepts(answer())
    assert not accepts(REJECTED[why])


def test_xsd_accepts_numbers_typed_as_integers() -> None:
    request = element("Esws.getSyncToken", sync_token())
    for name in ("p_userId", "p_locationID"):
        found = request.find(name)
        assert found is not None
        found.set(f"{XSI}type", "xsd:integer")
    assert accepts(request)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_xsd_takes_any_texts_in_the_documented_order_only(data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(list(OPERATIONS.values())))
    order = data.draw(st.permutations(operation["parameters"]))
    legal = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"))
    request = element(operation["element"], {name: data.draw(legal) for name in order})
    assert accepts(request) == (order == operation["parameters"])


def envelopes() -> list[Any]:
    bodies = {"request": CALL["requestBody"], "response": CALL["responses"]["200"]}
    return [
        pytest.param(direction, example["value"], id=f"{direction}-{key}")
        for direction, body in bodies.items()
        for key, example in body["content"]["text/xml"]["examples"].items()
    ]


@pytest.mark.parametrize(("direction", "text"), envelopes())
def test_example_envelope_holds_what_the_extension_describes(direction: str, text: str) -> None:
    root = etree.fromstring(text.encode(), SAFE_PARSER)
    assert root.tag == f"{ENVELOPE}Envelope"
    (child,) = root.findall(f"{ENVELOPE}Body/*")
    assert schema().validate(child)
    local = etree.QName(child).localname
    operation = OPERATIONS[local.removeprefix("Esws.").removesuffix("Response")]
    read = {str(node.tag): node.text or "" for node in child}
    if direction == "request":
        assert Draft202012Validator(operation["request"]).is_valid(read)
    else:
        assert Draft202012Validator(operation["return"]).is_valid(read["return"])


def test_example_fault_is_a_fault() -> None:
    (example,) = CALL["responses"]["500"]["content"]["text/xml"]["examples"].values()
    (child,) = etree.fromstring(example["value"].encode(), SAFE_PARSER).findall(f"{ENVELOPE}Body/*")
    assert child.tag == f"{ENVELOPE}Fault"
    assert {"faultcode", "faultstring"} <= {str(node.tag) for node in child}


def test_real_client_reads_the_wsdl_and_writes_what_the_xsd_accepts() -> None:
    zeep = pytest.importorskip("zeep")

    class Offline(zeep.Transport):  # type: ignore[misc, name-defined]
        def load(self, url: str) -> bytes:
            assert url.startswith(str(SPECS)), f"the WSDL must not ask for {url}"
            return Path(url).read_bytes()

    client = zeep.Client(str(SPECS / "esws.wsdl"), transport=Offline())
    for operation in OPERATIONS.values():
        values = next(iter(operation["examples"].values()))["request"]
        message = client.create_message(client.service, operation["element"], **values)
        (child,) = message.findall(f"{ENVELOPE}Body/*")
        assert accepts(child), operation["element"]
        assert {node.tag: node.text or "" for node in child} == values
