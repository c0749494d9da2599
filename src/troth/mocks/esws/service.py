"""The ESWS mock: the SOAP endpoint with eight of its functions, and the browser steps behind its sync tokens.

Business errors are ordinary return values with HTTP 200, as documented. Faults answer protocol errors alone; that they
come with HTTP 500 is SOAP 1.1's rule, for the vendor's pages do not mention faults at all.
"""

import shlex
from datetime import timedelta

from werkzeug.exceptions import BadRequest, HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from troth.mocks.esws import envelopes, pages
from troth.mocks.esws.functions import FUNCTIONS, call
from troth.mocks.esws.store import Grant, Store
from troth.mocks.service import Clock, Service, World

ENDPOINT = "/webservicesesws"
CLASS = "Esws."
"""What stands before every function name on the wire."""

SESSION_COOKIE = "i3_session"


class Esws(Service):
    """EasySecure's web service and the I3 pages it hands over to.

    ``token_lifetime`` and ``single_use`` set what no page documents: how long a sync token is good for (a year, unless
    told otherwise) and whether it opens the page only once (it does not).
    """

    vendor = "esws"
    prefixes = (
        ENDPOINT,
        "/users/oneSyncUserLogin/",
        "/users/totalSyncUserLogin/",
        "/users/totalSyncUsersLogin/",
        pages.SYNC_PATH,
        pages.LOGIN_PATH,
    )
    routes = Map(
        [
            Rule(ENDPOINT, methods=["POST"], endpoint="soap"),
            Rule(ENDPOINT, methods=["GET"], endpoint="describe"),
            Rule("/users/oneSyncUserLogin/<token>", methods=["GET"], endpoint="one_sync_login"),
            Rule("/users/totalSyncUserLogin/<token>", methods=["GET"], endpoint="total_sync_login"),
            Rule("/users/totalSyncUsersLogin/<token>", methods=["GET"], endpoint="total_sync_login"),
            Rule(pages.SYNC_PATH, methods=["GET"], endpoint="sync_page"),
            Rule(pages.SYNC_PATH, methods=["POST"], endpoint="start_sync"),
            Rule(pages.LOGIN_PATH, methods=["GET"], endpoint="login_page"),
        ],
        merge_slashes=False,
    )
    limits = (
        "Eight functions of some thirty: " + ", ".join(FUNCTIONS) + ". None that returns an array.",
        "Nothing is synchronised: the pages only say that it started. Nobody logs in with a password.",
        "No WS-Security, attachments, multiRef values or character set but the one in the XML declaration.",
        "Parameters are taken by position, names and namespaces unread; a missing last one counts as empty.",
        "Values above U+00FF stay as they are; the vendor replaces them by ? on import.",
        "autoSync always succeeds once its arguments are right; getSyncStatus does not exist.",
    )

    def __init__(
        self,
        clock: Clock | None = None,
        seed: int = 0,
        *,
        token_lifetime: timedelta = timedelta(days=365),
        single_use: bool = False,
    ) -> None:
        self._token_lifetime = token_lifetime
        self._single_use = single_use
        super().__init__(clock, seed)

    def seed(self) -> None:
        """Create three companies: one with two of everything, one unrelated to it, and one of the type Branches."""
        self.store = Store(self.clock, self.tokens, self._token_lifetime, single_use=self._single_use)

    def world(self) -> World:
        """Codes, administrators, users and a location; ``foreign_user`` belongs to ``other_company``."""
        return self.store.world

    def curl(self, base_url: str) -> str:
        """Ask for a sync token."""
        envelope = envelopes.request(f"{CLASS}getSyncToken", self.store.example)
        return f"curl -i -H 'Content-Type: text/xml' -d {shlex.quote(envelope)} {base_url}{ENDPOINT}"

    def refuse(self, request: Request, error: HTTPException) -> Response:
        """A fault at the endpoint, a page elsewhere. Only 429 and 5xx keep their number in a fault; the rest is 500."""
        status = error.code or 500
        if not request.path.startswith(ENDPOINT):
            page = _page(pages.missing_page(status), status)
            if isinstance(error, MethodNotAllowed) and error.valid_methods:
                page.headers["Allow"] = ", ".join(sorted(error.valid_methods))
            return page
        if status == 429 or status >= 500:
            return _xml(envelopes.fault_envelope("Server", error.name), status)
        return _client_fault(error.description or error.name)

    def soap(self, request: Request) -> Response:
        """POST: one SOAP call. The SOAPAction and the query string are not looked at."""
        if request.mimetype != "text/xml":
            return _client_fault("The content type of a call must be text/xml.")
        try:
            made = envelopes.read_call(request.get_data())
        except envelopes.CallError as problem:
            return _client_fault(str(problem))
        function = FUNCTIONS.get(made.operation.removeprefix(CLASS)) if made.operation.startswith(CLASS) else None
        if function is None:
            return _client_fault(f"The operation {made.operation[:80]} is not defined.")
        return _xml(envelopes.answer(made.operation, call(self.store, function, made.arguments)))

    def describe(self, request: Request) -> Response:
        """GET: the WSDL, with the address it was fetched from, if the query asks for it; else a fault."""
        if not any(name.lower() == "wsdl" for name in request.args):
            return _client_fault("Send a SOAP call by POST, or ask for ?wsdl.")
        operations = {CLASS + name: ("p_companyID", *function.parameters) for name, function in FUNCTIONS.items()}
        return _xml(envelopes.wsdl(operations, request.base_url))

    def one_sync_login(self, request: Request, token: str) -> Response:
        """Redeem a token of getSyncToken: the page itself, since the vendor speaks of no redirect here."""
        session = self.store.open_session(token, total=False)
        grant = self.store.session(session) if session else None
        return self._log_in(session, _page(pages.sync_page(grant)) if grant else None)

    def total_sync_login(self, request: Request, token: str) -> Response:
        """Redeem a token of getTotalSyncToken, at either spelling that the vendor's page had: a redirect."""
        session = self.store.open_session(token, total=True)
        return self._log_in(session, redirect(pages.SYNC_PATH) if session else None)

    def sync_page(self, request: Request) -> Response:
        """What the browser shows once the token is redeemed."""
        grant = self._session(request)
        return _page(pages.sync_page(grant)) if grant else redirect(pages.LOGIN_PATH)

    def start_sync(self, request: Request) -> Response:
        """The button was pressed, or the page started by itself."""
        grant = self._session(request)
        if grant is None:
            return redirect(pages.LOGIN_PATH)
        if grant.person is None:
            return _page(pages.started_page(grant, None))
        location = request.form.get("location", "")
        if location not in grant.company.locations:
            raise BadRequest("No such location.")
        return _page(pages.started_page(grant, location))

    def login_page(self, request: Request) -> Response:
        """The page for everybody else."""
        return _page(pages.login_page())

    def _log_in(self, session: str | None, answer: Response | None) -> Response:
        if session is None or answer is None:
            return _private(redirect(pages.LOGIN_PATH))
        _private(answer)
        answer.set_cookie(SESSION_COOKIE, session, path="/users", httponly=True, samesite="Lax")
        return answer

    def _session(self, request: Request) -> Grant | None:
        return self.store.session(request.cookies.get(SESSION_COOKIE, ""))


def _xml(envelope: bytes, status: int = 200) -> Response:
    return Response(envelope, status, content_type="text/xml; charset=UTF-8")


def _client_fault(reason: str) -> Response:
    return _xml(envelopes.fault_envelope("Client", reason), 500)


def _page(markup: str, status: int = 200) -> Response:
    return _private(Response(markup, status, content_type="text/html; charset=utf-8"))


def _private(answer: Response) -> Response:
    """Keep the token in the address away from caches and from the pages that a browser goes to next."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
