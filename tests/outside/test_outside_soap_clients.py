"""Two SOAP clients that nobody here wrote, zeep and suds, live with the running ESWS stand-in.

Both are lax about what they are answered, so every envelope that they send or receive here is held to the XSD as well.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import suds  # type: ignore[import-untyped]
import suds.client  # type: ignore[import-untyped]
import suds.plugin  # type: ignore[import-untyped]
import yaml
import zeep
import zeep.exceptions
import zeep.plugins
import zeep.transports
from lxml import etree
from outside_tools import MOMENT

from troth.mocks.esws.service import Esws
from troth.mocks.server.http import running
from troth.mocks.service import Clock

SPECS = Path(__file__).parents[2] / "specs"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

NO_CODE = "ERROR_NO_SECURITY_HASH"
BAD_CODE = "ERROR_UNKNOWN_SECURITY_HASH"
NO_NAME = "NO USERNAME PROVIDED"
NO_PASSWORD = "NO PASSWORD PROVIDED"
NO_ADMIN = "NO ADMIN FOUND BASED ON USERNAME AND PASSWORD"
NO_USER = "NO USER FOUND BASED ON THE ID PROVIDED"
NO_FIELD = "NO_WS_ALT_USER_ID_INFOFIELD_SET"
NO_ID = "NO_ID_RECEIVED"
NO_INFO = "NO_INFO_FOUND_WITH_WSALTUSERID"
DELETED_BEFORE = "NO_USER_FOUND_WITH_WSALTUSERID"

FACTS = {
    "code": ("company", "code"),
    "branches code": ("branches_company", "code"),
    "name": ("admin", "username"),
    "password": ("admin", "password"),
    "user": ("user", "id"),
    "alt id": ("user", "alt_id"),
    "other user": ("other_user", "id"),
    "other alt id": ("other_user", "alt_id"),
    "location": ("location", "id"),
    "branches user": ("branches_user", "id"),
}
"""What the tables call a value of the stand-in's world; any other word stands for itself."""

Rows = list[tuple[tuple[str, ...], str]]

REFUSED: dict[str, Rows] = {
    "getSyncToken": [
        (("", "name", "password", "user", ""), NO_CODE),
        (("x&y<z", "name", "password", "user", ""), BAD_CODE),
        (("code", "", "password", "user", ""), NO_NAME),
        (("code", "name", "", "user", ""), NO_PASSWORD),
        (("code", "name", "password", "", ""), "NO USERID PROVIDED"),
        (("code", "name", "çé€😀", "user", ""), NO_ADMIN),
        (("code", "name", "password", "0", ""), NO_USER),
    ],
    "getTotalSyncToken": [
        (("", "name", "password"), NO_CODE),
        (("nobody's", "name", "password"), BAD_CODE),
        (("code", "", "password"), NO_NAME),
        (("code", "name", ""), NO_PASSWORD),
        (("code", "name", "wrong"), NO_ADMIN),
    ],
    "getUserId": [
        (("", "alt id"), NO_CODE),
        (("nobody's", "alt id"), BAD_CODE),
        (("branches code", "alt id"), "NO_WS_ALT_USER_ID_INFOFIELD"),
        (("code", "nobody"), "NO_USER_ID_FOUND"),
    ],
    "autoSync": [
        (("", "location", "user"), NO_CODE),
        (("nobody's", "location", "user"), BAD_CODE),
        (("code", "", "user"), "NO LOCATIONID PROVIDED"),
        (("code", "999999", "user"), "NO LOCATION FOUND BASED ON THE ID PROVIDED"),
        (("code", "location", "999999"), NO_USER),
    ],
    "deleteUser": [
        (("", "user", ""), NO_CODE),
        (("nobody's", "user", ""), BAD_CODE),
        (("code", "", ""), NO_ID),
        (("code", "999999", ""), "USER_WAS_NOT_FOUND"),
        (("branches code", "branches user", ""), "Company is Branches but no location has been provided"),
    ],
}
"""Function → arguments, and the documented text that they provoke."""

REFUSED_ABOUT_QR: Rows = [
    (("", "alt id"), NO_CODE),
    (("nobody's", "alt id"), BAD_CODE),
    (("branches code", "alt id"), NO_FIELD),
    (("code", ""), NO_ID),
    (("code", "nobody"), NO_INFO),
]
REFUSED.update(dict.fromkeys(("getQR", "setQR", "deleteQR"), REFUSED_ABOUT_QR))

ELSEWHERE = {
    ("getUserId", NO_ID): "on the general page only; the function's own page has NO_USER_ID_FOUND, and wins",
    ("autoSync", "CURL_ERROR_NO_7"): "the controller cannot be reached: the stand-in has none",
    ("deleteUser", "User does not exist in our db"): "the page does not say how this differs from USER_WAS_NOT_FOUND",
    **{(function, DELETED_BEFORE): "provoked by the life cycle" for function in ("getQR", "setQR", "deleteQR")},
}
"""Documented texts that the table above leaves out, and why."""


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
    """One client, with its envelopes under the eyes of the XSD."""

    def __init__(self, call: Callable[..., Any], envelopes: Callable[[], tuple[Any, Any]], fault: type) -> None:
        self.fault = fault
        self.envelopes = envelopes
        self._call = call
        self._xsd = etree.XMLSchema(etree.parse(SPECS / "esws.xsd"))

    def call(self, function: str, *values: str) -> Any:
        """What the client makes of the answer; both envelopes must be valid."""
        returned = self.freely(function, *values)
        sent, received = self.envelopes()
        assert self.objection(sent) == self.objection(received) == ""
        return returned

    def freely(self, function: str, *values: str) -> Any:
        """The same, whatever the envelopes look like."""
        return self._call(f"Esws.{function}", *values)

    def objection(self, envelope: Any) -> str:
        """What the XSD has against the one child of the envelope's Body; empty if nothing."""
        (child,) = envelope.find(f"{SOAP}Body")
        # Serialized on its own first, since a client's tree may hold more than its bytes do.
        return "" if self._xsd.validate(etree.fromstring(etree.tostring(child))) else str(self._xsd.error_log)


def zeep_party(url: str) -> Party:
    library: Any = zeep
    history = library.plugins.HistoryPlugin()
    transport = LoopbackOnly()  # type: ignore[no-untyped-call]
    client = library.Client(f"{url}/webservicesesws?wsdl", transport=transport, plugins=[history])
    return Party(
        lambda function, *values: client.service[function](*values),
        lambda: (history.last_sent["envelope"], history.last_received["envelope"]),
        zeep.exceptions.Fault,
    )


def suds_party(url: str) -> Party:
    seen = LastEnvelopes()
    client = suds.client.Client(f"{url}/webservicesesws?wsdl", cache=None, plugins=[seen])
    return Party(
        lambda function, *values: client.service[0][function](*values),
        lambda: (etree.fromstring(seen.question), etree.fromstring(seen.answer)),
        suds.WebFault,
    )


@pytest.fixture(scope="module")
def origin() -> Iterator[tuple[str, Esws]]:
    mock = Esws(Clock(MOMENT))
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


def values_of(world: Any, words: tuple[str, ...]) -> list[str]:
    return [str(world[FACTS[word][0]][FACTS[word][1]]) if word in FACTS else word for word in words]


def browse(url: str, path: str) -> tuple[list[int], str]:
    """The statuses on the way to the page, and the page, in a browser of its own."""
    with requests.Session() as browser:
        browser.trust_env = False
        shown = browser.get(url + path, timeout=10)
    return [answer.status_code for answer in (*shown.history, shown)], shown.text


def test_a_whole_life(party: Party, world: Any, origin: tuple[str, Esws]) -> None:
    url = origin[0]
    code, name, password, alt_id, location = values_of(world, ("code", "name", "password", "alt id", "location"))

    user_id = str(party.call("getUserId", code, alt_id))
    assert user_id == world["user"]["id"]
    for chosen, started in ((location, "true"), ("", "false")):
        token = party.call("getSyncToken", code, name, password, user_id, chosen)
        assert len(token) == 64
        statuses, page = browse(url, f"/users/oneSyncUserLogin/{token}")
        assert statuses == [200]
        assert f'data-autostart="{started}"' in page
    for path in ("totalSyncUsersLogin", "totalSyncUserLogin"):
        total = party.call("getTotalSyncToken", code, name, password)
        statuses, page = browse(url, f"/users/{path}/{total}")
        assert statuses == [302, 200]
        assert 'data-autostart="false"' in page
    for whom in (user_id, "0"):
        assert len(party.call("autoSync", code, location, whom)) == 64

    planted = party.call("getQR", code, alt_id)
    qr = party.call("setQR", code, alt_id)
    assert len(planted) == len(qr) == 32
    assert party.call("getQR", code, alt_id) == qr != planted
    assert party.call("deleteQR", code, alt_id) == "OK"
    assert party.call("getQR", code, alt_id) == "NULL"

    assert party.call("deleteUser", code, user_id, "") == "User has been deleted"
    assert party.call("deleteUser", code, user_id, "") == "USER_WAS_NOT_FOUND"
    assert party.call("getUserId", code, alt_id) == "NO_USER_ID_FOUND"
    assert party.call("getSyncToken", code, name, password, user_id, "") == NO_USER
    for function in ("getQR", "setQR", "deleteQR"):
        assert party.call(function, code, alt_id) == DELETED_BEFORE


def test_a_user_of_two_branches_leaves_them_one_by_one(party: Party, world: Any) -> None:
    code, user_id = values_of(world, ("branches code", "branches user"))
    location = world["branches_location"]["id"]
    first = party.call("deleteUser", code, user_id, location)
    assert first == "User is linked to multiple locations, we will remove the user from this location"
    assert party.call("deleteUser", code, user_id, location) == "USER_WAS_NOT_FOUND"


@pytest.mark.parametrize(
    ("function", "words", "text"), [(function, *row) for function, rows in REFUSED.items() for row in rows]
)
def test_each_documented_error_is_an_ordinary_value(
    party: Party, world: Any, function: str, words: tuple[str, ...], text: str
) -> None:
    assert party.call(function, *values_of(world, words)) == text


def test_the_table_has_every_documented_error() -> None:
    spec = yaml.safe_load((SPECS / "esws.yaml").read_text())
    functions = spec["paths"]["/webservicesesws"]["post"]["x-soap"]["operations"]
    documented = {
        (name, example["return"])
        for name, function in functions.items()
        for key, example in function["examples"].items()
        if key.startswith(("no", "unknown", "wrong", "unreachable"))
    }
    provoked = {(name, text) for name, rows in REFUSED.items() for _, text in rows}
    assert {(name, text) for name, text in documented if text is not None} == provoked | ELSEWHERE.keys()


def test_suds_may_leave_the_location_out_which_the_page_does_not_allow(origin: tuple[str, Esws], world: Any) -> None:
    party = suds_party(origin[0])
    assert len(party.freely("getSyncToken", *values_of(world, ("code", "name", "password", "user")))) == 64
    sent, received = party.envelopes()
    assert len(sent.findall(".//{*}Esws.getSyncToken/*")) == 4
    assert "p_locationID" in party.objection(sent)
    assert party.objection(received) == ""


def test_the_envelopes_have_the_documented_shape(party: Party, world: Any) -> None:
    values = values_of(world, ("code", "name", "password", "user", "location"))
    token = party.call("getSyncToken", *values)
    sent, received = party.envelopes()
    (operation,) = sent.find(f"{SOAP}Body")
    assert operation.tag == "{uen:esws}Esws.getSyncToken"
    assert [child.tag for child in operation] == [
        "p_companyID",
        "p_adminUsername",
        "p_adminPassword",
        "p_userId",
        "p_locationID",
    ]
    assert [child.text for child in operation] == values
    (body,) = received
    assert body.tag == f"{SOAP}Body"
    (wrapper,) = body
    assert wrapper.tag == "{uen:esws}Esws.getSyncTokenResponse"
    (value,) = wrapper
    assert (value.tag, value.text, dict(value.attrib)) == ("return", token, {XSI_TYPE: "xsd:string"})


def test_a_refusal_arrives_as_a_fault(party: Party, world: Any, origin: tuple[str, Esws]) -> None:
    origin[1].refuse_with(500)
    try:
        with pytest.raises(party.fault, match="Internal Server Error"):
            party.call("getUserId", *values_of(world, ("code", "alt id")))
    finally:
        origin[1].refuse_with(None)
