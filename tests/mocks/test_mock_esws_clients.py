"""Two SOAP clients that nobody here wrote, zeep and suds, against the running ESWS stand-in."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import suds  # type: ignore[import-untyped]
import suds.client  # type: ignore[import-untyped]
import suds.plugin  # type: ignore[import-untyped]
import zeep
import zeep.exceptions
import zeep.plugins
import zeep.transports
from lxml import etree

from troth.mocks.esws import Esws
from troth.mocks.server import running

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NAMES = ("p_companyID", "p_adminUsername", "p_adminPassword", "p_userId", "p_locationID")


class LoopbackOnly(zeep.transports.Transport):
    """Proof that no schema is fetched from anywhere else."""

    def load(self, url: str) -> bytes:
        assert urlsplit(url).hostname == "127.0.0.1", url
        loaded: bytes = super().load(url)  # type: ignore[no-untyped-call]
        return loaded


class LastEnvelopes(suds.plugin.MessagePlugin):  # type: ignore[misc]
    """The bytes that suds last sent and received."""

    question = answer = b""

    def sending(self, context: Any) -> None:
        self.question = context.envelope

    def received(self, context: Any) -> None:
        self.answer = context.reply


class Party:
    """One client: ``call(function, *values)`` returns the text; ``envelopes()`` the last request and answer."""

    def __init__(self, call: Callable[..., Any], envelopes: Callable[[], tuple[Any, Any]], fault: type) -> None:
        self.call = call
        self.envelopes = envelopes
        self.fault = fault


def zeep_party(url: str) -> Party:
    library: Any = zeep
    history = library.plugins.HistoryPlugin()
    transport = LoopbackOnly()  # type: ignore[no-untyped-call]
    client = library.Client(f"{url}/webservicesesws?wsdl", transport=transport, plugins=[history])
    return Party(
        lambda function, *values: client.service[f"Esws.{function}"](*values),
        lambda: (history.last_sent["envelope"], history.last_received["envelope"]),
        zeep.exceptions.Fault,
    )


def suds_party(url: str) -> Party:
    seen = LastEnvelopes()
    client = suds.client.Client(f"{url}/webservicesesws?wsdl", cache=None, plugins=[seen])
    return Party(
        lambda function, *values: client.service[0][f"Esws.{function}"](*values),
        lambda: (etree.fromstring(seen.question), etree.fromstring(seen.answer)),
        suds.WebFault,
    )


@pytest.fixture(scope="module")
def origin() -> Iterator[tuple[str, Esws]]:
    mock = Esws()
    with running([mock]) as url:
        yield url, mock


@pytest.fixture(params=[zeep_party, suds_party], ids=["zeep", "suds"])
def party(request: pytest.FixtureRequest, origin: tuple[str, Esws]) -> Party:
    url, mock = origin
    mock.reset()
    made: Party = request.param(url)
    return made


@pytest.fixture
def world(origin: tuple[str, Esws]) -> Any:
    return origin[1].world()


def arguments(world: Any, **changed: str) -> list[str]:
    values = (
        world["company"]["code"],
        world["admin"]["username"],
        world["admin"]["password"],
        world["user"]["id"],
        world["location"]["id"],
    )
    return list((dict(zip(NAMES, values, strict=True)) | changed).values())


def test_the_whole_way_from_the_wsdl_to_the_page(party: Party, world: Any, origin: tuple[str, Esws]) -> None:
    user_id = str(party.call("getUserId", world["company"]["code"], world["user"]["alt_id"]))
    assert user_id == world["user"]["id"]
    token = party.call("getSyncToken", *arguments(world, p_userId=user_id))
    with requests.Session() as browser:
        shown = browser.get(f"{origin[0]}/users/oneSyncUserLogin/{token}", timeout=10)
    assert [answer.status_code for answer in (*shown.history, shown)] == [200]
    assert 'data-autostart="true"' in shown.text

    total = party.call("getTotalSyncToken", *arguments(world)[:3])
    with requests.Session() as browser:
        shown = browser.get(f"{origin[0]}/users/totalSyncUsersLogin/{total}", timeout=10)
    assert shown.status_code == 200
    assert 'data-autostart="false"' in shown.text


@pytest.mark.parametrize(
    ("changed", "literal"),
    [
        ({"p_companyID": ""}, "ERROR_NO_SECURITY_HASH"),
        ({"p_companyID": "x&y<z"}, "ERROR_UNKNOWN_SECURITY_HASH"),
        ({"p_adminUsername": ""}, "NO USERNAME PROVIDED"),
        ({"p_adminPassword": ""}, "NO PASSWORD PROVIDED"),
        ({"p_userId": ""}, "NO USERID PROVIDED"),
        ({"p_adminPassword": "çé€😀"}, "NO ADMIN FOUND BASED ON USERNAME AND PASSWORD"),
        ({"p_userId": "0"}, "NO USER FOUND BASED ON THE ID PROVIDED"),
    ],
)
def test_each_documented_error_is_an_ordinary_value(
    party: Party, world: Any, changed: dict[str, str], literal: str
) -> None:
    assert party.call("getSyncToken", *arguments(world, **changed)) == literal


def test_a_location_can_be_empty(party: Party, world: Any) -> None:
    assert len(party.call("getSyncToken", *arguments(world, p_locationID=""))) == 64


def test_suds_may_leave_the_location_out(origin: tuple[str, Esws], world: Any) -> None:
    party = suds_party(origin[0])
    assert len(party.call("getSyncToken", *arguments(world)[:4])) == 64
    sent, _ = party.envelopes()
    assert len(sent.findall(".//{*}Esws.getSyncToken/*")) == 4


def test_the_envelopes_have_the_documented_shape(party: Party, world: Any) -> None:
    token = party.call("getSyncToken", *arguments(world))
    sent, received = party.envelopes()
    (operation,) = sent.find(f"{{{SOAP}}}Body")
    assert operation.tag == "{uen:esws}Esws.getSyncToken"
    assert [child.tag for child in operation] == list(NAMES)
    assert [child.text for child in operation] == arguments(world)
    (body,) = received
    assert body.tag == f"{{{SOAP}}}Body"
    (wrapper,) = body
    assert wrapper.tag == "{uen:esws}Esws.getSyncTokenResponse"
    (value,) = wrapper
    assert (value.tag, value.text, dict(value.attrib)) == ("return", token, {XSI_TYPE: "xsd:string"})


def test_a_refusal_arrives_as_a_fault(party: Party, world: Any, origin: tuple[str, Esws]) -> None:
    origin[1].refuse_with(500)
    try:
        with pytest.raises(party.fault, match="Internal Server Error"):
            party.call("getSyncToken", *arguments(world))
    finally:
        origin[1].refuse_with(None)


def test_every_function_of_the_wsdl_can_be_called(party: Party, world: Any) -> None:
    code, alt_id = world["company"]["code"], world["user"]["alt_id"]
    assert len(party.call("autoSync", code, world["location"]["id"], "0")) == 64
    qr = party.call("setQR", code, alt_id)
    assert party.call("getQR", code, alt_id) == qr
    assert party.call("deleteQR", code, alt_id) == "OK"
    assert party.call("getQR", code, alt_id) == "NULL"
    assert party.call("deleteUser", code, world["user"]["id"], "") == "User has been deleted"
