"""The Social-ID NOW mock: the two login reads, and the calls around them that make and end what they read.

The pages for both reads document no error status. What they leave open is chosen here and labelled as such: from the
vendor's general Errors page (body, names, statuses) and its sibling pages (404 for what is gone, 403 across tenants).
"""

import shlex
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

import msgspec
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, MethodNotAllowed, NotFound, Unauthorized
from werkzeug.routing import Map, Rule, Submount
from werkzeug.wrappers import Request, Response

from troth.mocks.service import Clock, Service, World
from troth.mocks.socialidnow.store import Connection, LoginApp, Profile, SignIn, Store, User

API = "https://api.socialidnow.com/v1/marketing"
"""The documented base address. Links in answers always carry it, wherever the mock itself may listen."""

ERRORS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    406: "not_acceptable",
    409: "conflict",
    422: "unprocessable_entity",
    500: "internal_server_error",
}
"""Status → ``error``, by the status names of the vendor's Errors page."""

T = TypeVar("T")


class NewSignIn(msgspec.Struct):
    """Whom to sign in."""

    # JSON has one kind of number: 7.0 is the integer 7.
    user_id: (
        Annotated[int, msgspec.Meta(ge=1, le=2**53)] | Annotated[float, msgspec.Meta(ge=1, le=2**53, multiple_of=1)]
    )


class NewSignInBody(msgspec.Struct):
    """The body of a request to sign somebody in."""

    sign_in: NewSignIn


class SocialIdNow(Service):
    """Social-ID NOW, version 1 of its API. ``session_lifetime``: how long a connection lasts (a Login App setting)."""

    vendor = "socialidnow"
    prefixes = ("/v1/marketing/",)
    routes = Map(
        [
            Submount(
                "/v1/marketing/login",
                [
                    Rule("/info", methods=["GET"], endpoint="login_info"),
                    Rule("/connections/<connection_id>", methods=["GET"], endpoint="connection"),
                    Rule("/connections/<connection_id>", methods=["DELETE"], endpoint="close_connection"),
                    Rule("/apps/<app_id>/sign_ins", methods=["POST"], endpoint="create_sign_in"),
                    Rule("/sign_ins/<sign_in_id>", methods=["GET"], endpoint="sign_in"),
                    Rule("/users/<user_id>", methods=["GET"], endpoint="user"),
                    Rule("/users/<user_id>/token", methods=["PUT"], endpoint="rotate_user_token"),
                ],
            )
        ],
        merge_slashes=False,
    )
    limits = (
        "No widget, callback or social network: a sign-in is made by the Account call, not in a browser.",
        "Only HTTP Basic and the pair api_secret + token open anything. Version 2 (OAuth) is not served.",
        "Error statuses of the login reads are a choice: the vendor's pages for them name none.",
        "Accept and Content-Type are not looked at (no 406); fields[]=a is not read as fields=a.",
        "No limits on the rate of requests, no plan limits, no blocked or inactive users.",
        "A login token outlives the connection it came with if that is closed: it lasts its hour.",
    )

    def __init__(
        self, clock: Clock | None = None, seed: int = 0, *, session_lifetime: timedelta = timedelta(days=15)
    ) -> None:
        self._session_lifetime = session_lifetime
        super().__init__(clock, seed)

    def seed(self) -> None:
        """Create one account with two Login Apps, a user in each, and connections in every state."""
        self.store = Store(self.clock, self.tokens, self._session_lifetime)

    def world(self) -> World:
        """Account, apps, users, connections, login tokens and a sign-in; ``other_…`` belong to the other Login App."""
        return self.store.world

    def curl(self, base_url: str) -> str:
        """Read the login information behind the seed's login token."""
        sign_in = self.store.example
        secret = sign_in.connection.user.app.secret
        query = f"api_secret={secret}&token={sign_in.login_token}&fields=birthday,gender,name"
        return "curl -i " + shlex.quote(f"{base_url}/v1/marketing/login/info?{query}")

    def refuse(self, request: Request, error: HTTPException) -> Response:
        """The one error body of the API. A wrong method is 404: the vendor's Errors page knows no 405.

        A status that page does not know (429 or 503, set from outside) keeps its number and borrows the nearest name.
        """
        if isinstance(error, MethodNotAllowed):
            error = NotFound("This address does not answer to that method.")
        status = error.code or 500
        name = ERRORS.get(status) or ERRORS[500 if status >= 500 else 400]
        answer = _json({"error": name, "error_description": error.description or name}, status)
        if isinstance(error, Unauthorized) and error.www_authenticate:
            answer.headers.extend(("WWW-Authenticate", str(challenge)) for challenge in error.www_authenticate)
        return answer

    def login_info(self, request: Request) -> Response:
        """GET login/info: whose login token is this? Authenticated by ``api_secret`` and ``token`` together."""
        secret, token = (request.args.get(name, "") for name in ("api_secret", "token"))
        if not secret or not token:
            raise BadRequest("Both api_secret and token are required.")
        app = self.store.app_with_secret(secret)
        sign_in = app and self.store.login(app, token)
        if not sign_in:
            raise Unauthorized("This api_secret and this token do not belong together, or the token is too old.")
        user = sign_in.connection.user
        return _json(
            _connection_body(sign_in.connection)
            | {
                "email": user.profile["verified_email"],
                "id": user.id,
                "location": user.profile["current_location"],
                "name": user.profile["display_name"],
                "picture_url": user.profile["picture_url"],
            }
            | _requested_profile(request, user)
        )

    def connection(self, request: Request, connection_id: str) -> Response:
        """GET login/connections/:id: the connection, if it is open and the caller's own."""
        connection = self._own_connection(request, connection_id)
        return _json(_connection_body(connection) | _requested_profile(request, connection.user))

    def close_connection(self, request: Request, connection_id: str) -> Response:
        """DELETE login/connections/:id: log out. The page was never found; the empty object is a choice."""
        self._own_connection(request, connection_id).closed = True
        return _json({})

    def create_sign_in(self, request: Request, app_id: str) -> Response:
        """POST login/apps/:app_id/sign_ins: sign in a known user of that Login App."""
        self._require_account(request)
        app = _found(self.store.apps.get(_number(app_id)), "No such Login App.")
        try:
            wanted = int(msgspec.json.decode(request.get_data(), type=NewSignInBody).sign_in.user_id)
        except (msgspec.DecodeError, RecursionError) as problem:
            raise BadRequest("The body must be JSON with the number sign_in.user_id.") from problem
        user = _found(self.store.users.get(wanted), "No such user.")
        if user.app is not app:
            raise Forbidden("The user belongs to another Login App.")
        sign_in = self.store.sign_in(user)
        answer = _json(_sign_in_body(sign_in), 201)
        answer.headers["Location"] = f"{API}/login/sign_ins/{sign_in.id}"
        return answer

    def sign_in(self, request: Request, sign_in_id: str) -> Response:
        """GET login/sign_ins/:id: what a sign-in left behind."""
        self._require_account(request)
        return _json(_sign_in_body(_found(self.store.sign_ins.get(_number(sign_in_id)), "No such sign-in.")))

    def user(self, request: Request, user_id: str) -> Response:
        """GET login/users/:user_id: the user, with the profile fields that were asked for."""
        self._require_account(request)
        user = _found(self.store.users.get(_number(user_id)), "No such user.")
        return _json(_user_body(user) | _requested_profile(request, user))

    def rotate_user_token(self, request: Request, user_id: str) -> Response:
        """PUT login/users/:user_id/token: a new ``user_token`` without a sign-in."""
        self._require_account(request)
        user = _found(self.store.users.get(_number(user_id)), "No such user.")
        self.store.rotate(user)
        return _json(_user_body(user))

    def _require_account(self, request: Request) -> None:
        if _basic(request) != (self.store.account.username, self.store.account.password):
            raise _unauthenticated("This call needs the keys of the Account.")

    def _login_app(self, request: Request) -> LoginApp:
        pair = _basic(request)
        for app in self.store.apps.values():
            if pair == (app.keys.username, app.keys.password):
                return app
        raise _unauthenticated("This call needs the id and the API secret of a Login App.")

    def _own_connection(self, request: Request, connection_id: str) -> Connection:
        app = self._login_app(request)
        connection = _found(self.store.connections.get(connection_id), "No such connection.")
        if connection.user.app is not app:
            raise Forbidden("The connection belongs to another Login App.")
        return _found(connection if self.store.is_open(connection) else None, "The connection has ended.")


def _basic(request: Request) -> tuple[str | None, str | None] | None:
    try:
        given = request.authorization
    except ValueError:  # Werkzeug lets base64's word for characters beyond ASCII through.
        return None
    return (given.username, given.password) if given is not None and given.type == "basic" else None


def _unauthenticated(why: str) -> Unauthorized:
    return Unauthorized(why, www_authenticate=WWWAuthenticate("basic", {"realm": "Social-ID NOW"}))


def _found(thing: T | None, otherwise: str) -> T:
    if thing is None:
        raise NotFound(otherwise)
    return thing


def _number(segment: str) -> int:
    """The identifier in a path segment; -1, which nothing has, where it is no decimal number of a sane length."""
    return int(segment) if segment.isascii() and segment.isdecimal() and len(segment) <= 18 else -1


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, content_type="application/json; charset=utf-8")


def _connection_body(connection: Connection) -> dict[str, object]:
    return {
        "connection": f"{API}/login/connections/{connection.id}",
        "connection_id": connection.id,
        "credential": connection.user.credential,
        "user_id": connection.user.id,
        "user_token": connection.user.user_token,
    }


def _sign_in_body(sign_in: SignIn) -> dict[str, object]:
    return {
        "connection": f"{API}/login/connections/{sign_in.connection.id}",
        "connection_id": sign_in.connection.id,
        "login_token": sign_in.login_token,
        "user_id": sign_in.connection.user.id,
    }


def _user_body(user: User) -> dict[str, object]:
    return {
        "active": True,
        "confirmed": True,
        "email_address": user.profile["verified_email"],
        "id": user.id,
        "locked": False,
        "signed_in_at": _moment(user.signed_in_at),
        "signed_up_at": _moment(user.signed_up_at),
        "token": user.user_token,
        "username": user.username,
    }


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _requested_profile(request: Request, user: User) -> dict[str, Profile]:
    """``{"profile": …}`` if ``fields`` names at least one field, known or not, else nothing.

    Names are what stands between commas, spaces included; a name that is no profile field is left out of the answer.
    """
    names = [name for name in request.args.get("fields", "").split(",") if name]
    return {"profile": {name: user.profile[name] for name in names if name in user.profile}} if names else {}
