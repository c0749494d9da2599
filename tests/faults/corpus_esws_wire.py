"""ESWS on the wire: envelopes, namespaces, encodings, faults in place of strings, and the WSDL."""

from faults.faults import Answer, Call, Fault, Kind, documented, example, inferred, observed

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
ONE_PAGE = "GET /users/oneSyncUserLogin/{t}"
TOTAL_PAGE = "GET /users/totalSyncUsersLogin/{t}"
OTHER_TOTAL_PAGE = "GET /users/totalSyncUserLogin/{t}"

_FAULT = (
    "<SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode><faultstring>{text}</faultstring></SOAP-ENV:Fault>"
)


def as_fault(literal: str, status: int) -> object:
    """This returned string becomes a SOAP fault with that HTTP status."""

    def after(call: Call, answer: Answer) -> None:
        if f">{literal}</return>".encode() in answer.body:
            head, _, rest = answer.body.decode().partition("<SOAP-ENV:Body>")
            tail = rest.partition("</SOAP-ENV:Body>")[2]
            fault = _FAULT.format(text=literal)
            answer.body = f"{head}<SOAP-ENV:Body>{fault}</SOAP-ENV:Body>{tail}".encode()
            answer.status = status

    return after
