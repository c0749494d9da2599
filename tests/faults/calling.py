"""Who tells the story that shows a fault: one caller for each vendor, who keeps a transcript."""

import base64
import json
import re
from collections.abc import Mapping
from html import escape, unescape
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

_RETURN = re.compile(r"<[^<>]*\breturn\b[^>]*>(.*?)</", re.DOTALL)
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


class StandIn(Protocol):
    """A mock, clean or faulty."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer one request (WSGI)."""
        ...

    def world(self) -> Mapping[str, Any]:
        """The facts about the seed data."""
        ...

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass."""
        ...


class Reply:
    """An answer, as far as a story needs it to go on."""

    def __init__(self, response: Response) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.raw = response.get_data()
        self.seen = (self.status, tuple(sorted(response.headers.items())), self.raw)

    @property
    def tree(self) -> Any:
        """The body as JSON."""
        return json.loads(self.raw)

    @property
    def data(self) -> Any:
        """``response.result.data`` of OneAll."""
        return self.tree["response"]["result"]["data"]

    @property
    def returned(self) -> str:
        """The text that an ESWS function returned."""
        found = _RETURN.search(self.raw.decode())
        return unescape(found[1]) if found else ""


class Caller:
    """Calls a stand-in and remembers what it answered, in order."""

    def __init__(self, stand_in: StandIn) -> None:
        self._stand_in = stand_in
        self.world: Any = stand_in.world()
        self.transcript: list[object] = []

    def send(self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """One request."""
        parts = urlsplit(target)
        builder = EnvironBuilder(
            path=unquote(parts.path),
            query_string=parts.query,
            method=method,
            data=body,
            headers=Headers(dict(headers or {})),
        )
        environ = builder.get_environ()
        environ["REQUEST_URI"] = environ["RAW_URI"] = target
        reply = Reply(Response.from_app(self._stand_in, environ))
        self.transcript.append(reply.seen)
        return reply

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._stand_in.advance(seconds)


def basic(keys: Mapping[str, str]) -> str:
    """An Authorization header."""
    return "Basic " + base64.b64encode(f"{keys['username']}:{keys['password']}".encode()).decode()


class OneAllCaller(Caller):
    """Speaks OneAll, with the site's keys unless others are given."""

    def __call__(self, method: str, target: str, node: object = None, keys: object = True) -> Reply:
        """One request; ``node`` goes under ``request``. ``keys``: a pair, ``True`` for the site's own, ``None``."""
        body = b"" if node is None else json.dumps({"request": node}).encode()
        chosen: Any = self.world["site"]["keys"] if keys is True else keys
        headers = {"Content-Type": "application/json"} if body else {}
        if chosen is not None:
            headers["Authorization"] = basic(chosen)
        return self.send(method, target, body, headers)

    def get(self, target: str) -> Reply:
        """GET."""
        return self("GET", target)

    def delete(self, target: str, *, confirmed: bool = True) -> Reply:
        """DELETE, confirmed or not."""
        return self("DELETE", target + ("?confirm_deletion=true" if confirmed else ""))

    def look_up(self, **criteria: object) -> Reply:
        """Look a stored user up."""
        return self("POST", "/storage/users/user/lookup.json", {"user": criteria})

    def create(self, **user: object) -> Reply:
        """Create a stored user."""
        return self("POST", "/storage/users.json", {"user": user})

    def update(self, token: str, mode: str | None = None, **user: object) -> Reply:
        """Update a stored user."""
        node = {"user": user} if mode is None else {"update_mode": mode, "user": user}
        return self("PUT", f"/storage/users/{token}.json", node)

    def store(self, field: str, value: object, **user: object) -> Reply:
        """Synchronize a stored user."""
        node = {"synchronize": {"identifier": {"field": field, "value": value}, "user": user}}
        return self("PUT", "/storage/users/user/synchronize.json", node)

    def synchronize(self, token: str, **options: object) -> Reply:
        """Synchronize an identity."""
        return self("PUT", f"/identities/{token}/synchronize.json", {"synchronize": options} if options else None)

    def relink(self, token: str, user_token: str) -> Reply:
        """Give an identity to another user."""
        return self("PUT", f"/identities/{token}/link.json", {"user": {"user_token": user_token}})


class SocialIdNowCaller(Caller):
    """Speaks Social-ID NOW."""

    def __call__(self, method: str, path: str, keys: Mapping[str, str] | None = None, body: object = None) -> Reply:
        """One request to a path below ``login/``."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if keys is not None:
            headers["Authorization"] = basic(keys)
        sent = b"" if body is None else json.dumps(body).encode()
        return self.send(method, f"/v1/marketing/login/{path}", sent, headers)

    def info(self, token: str | None = None, secret: str | None = None, fields: str = "") -> Reply:
        """Login information of a login token."""
        token = token or self.world["login"]["token"]
        secret = secret or self.world["app"]["secret"]
        return self("GET", f"info?api_secret={secret}&token={token}" + (f"&fields={fields}" if fields else ""))

    def connection(self, connection: str | None = None, keys: object = True, fields: str = "") -> Reply:
        """A connection, with the keys of its Login App unless others are given."""
        chosen: Any = self.world["app"]["keys"] if keys is True else keys
        name = connection or self.world["connection"]["id"]
        return self("GET", f"connections/{name}" + (f"?fields={fields}" if fields else ""), chosen)

    def close(self, connection: str) -> Reply:
        """Close a connection."""
        return self("DELETE", f"connections/{connection}", self.world["app"]["keys"])

    def sign_in(self, app: object = None, user: object = None) -> Reply:
        """Sign a user in."""
        app_id, user_id = app or self.world["app"]["id"], user or self.world["user"]["id"]
        return self("POST", f"apps/{app_id}/sign_ins", self.account, {"sign_in": {"user_id": user_id}})

    def user(self, user: object = None, fields: str = "") -> Reply:
        """A user."""
        name = user or self.world["user"]["id"]
        return self("GET", f"users/{name}" + (f"?fields={fields}" if fields else ""), self.account)

    def rotate(self) -> Reply:
        """A new user token."""
        return self("PUT", f"users/{self.world['user']['id']}/token", self.account)

    @property
    def account(self) -> Any:
        """The Account's keys."""
        return self.world["account"]["keys"]


_PARAMETERS = {
    "getSyncToken": {
        "p_companyID": "company.code",
        "p_adminUsername": "admin.username",
        "p_adminPassword": "admin.password",
        "p_userId": "user.id",
        "p_locationID": "",
    },
    "getTotalSyncToken": {
        "p_companyID": "company.code",
        "p_adminUsername": "admin.username",
        "p_adminPassword": "admin.password",
    },
    "getUserId": {"p_companyID": "company.code", "p_wsAltUserId": "user.alt_id"},
    "autoSync": {"p_companyID": "company.code", "p_locationId": "location.id", "p_userId": "user.id"},
    "deleteUser": {"p_companyID": "company.code", "p_Id": "user.id", "p_locationID": ""},
    "getQR": {"p_companyID": "company.code", "p_wsAltUserId": "user.alt_id"},
    "setQR": {"p_companyID": "company.code", "p_wsAltUserId": "user.alt_id"},
    "deleteQR": {"p_companyID": "company.code", "p_wsAltUserId": "user.alt_id"},
}
"""Function → its parameters in order, with the fact each is given unless a story says otherwise."""


class EswsCaller(Caller):
    """Speaks SOAP to ESWS and opens the pages of I3 in a browser without a memory."""

    def __call__(self, function: str, **changes: str) -> Reply:
        """Call a function; every parameter is right but for the changes."""
        arguments = {name: self._fact(where) for name, where in _PARAMETERS[function].items()} | changes
        values = "".join(f"<{name}>{escape(value, quote=False)}</{name}>" for name, value in arguments.items())
        body = (
            f'<e:Envelope xmlns:e="{_SOAP}"><e:Body><u:Esws.{function} xmlns:u="uen:esws">{values}</u:Esws.{function}>'
            "</e:Body></e:Envelope>"
        )
        return self.send("POST", "/webservicesesws", body.encode(), {"Content-Type": "text/xml; charset=utf-8"})

    def page(self, token: str, path: str = "oneSyncUserLogin") -> Reply:
        """Open the page behind a token."""
        return self.send("GET", f"/users/{path}/{token}")

    def follow(self, reply: Reply) -> Reply:
        """Go where a redirect leads, with the cookie it set."""
        cookie = reply.headers.get("Set-Cookie", "").partition(";")[0]
        return self.send("GET", reply.headers["Location"], headers={"Cookie": cookie})

    def _fact(self, where: str) -> str:
        group, _, name = where.partition(".")
        return str(self.world[group][name]) if where else ""


CALLERS: Mapping[str, type[Caller]] = {"oneall": OneAllCaller, "socialidnow": SocialIdNowCaller, "esws": EswsCaller}
"""Vendor → who tells stories to its mock."""
