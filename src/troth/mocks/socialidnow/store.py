"""What the Social-ID NOW mock remembers: Login Apps, their users, and what each sign-in leaves behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from troth.mocks.service import Clock, Tokens, World

LOGIN_TOKEN_LIFETIME = timedelta(hours=1)
"""How long a login token is good for (page Social Login Tokens)."""

Profile = Mapping[str, object]

Name = tuple[str, str | None, str]
"""Given, middle and family name."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The user and password of one kind of HTTP Basic authentication."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class LoginApp:
    """A Login App: the tenant to which users and connections belong."""

    id: int
    secret: str
    client_secret: str

    @property
    def keys(self) -> Keys:
        """The pair for the server's calls; the client secret opens none of the operations served here."""
        return Keys(str(self.id), self.secret)


@dataclass(slots=True)
class User:
    """Somebody who signed up with one Login App, through one social network."""

    id: int
    app: LoginApp
    user_token: str
    username: str
    profile: Profile
    credential: Mapping[str, str]
    signed_up_at: datetime
    signed_in_at: datetime


@dataclass(slots=True)
class Connection:
    """One session of a user."""

    id: str
    user: User
    created_at: datetime
    closed: bool = False


@dataclass(frozen=True, slots=True)
class SignIn:
    """One login: the connection it opened and the login token it handed out."""

    id: int
    connection: Connection
    login_token: str
    created_at: datetime


class Store:
    """The state of one mock, filled with seed data on creation.

    The same ``tokens`` give the same identifiers, secrets and tokens; moments are counted back from ``clock``.
    """

    def __init__(self, clock: Clock, tokens: Tokens, session_lifetime: timedelta) -> None:
        self._clock = clock
        self._tokens = tokens
        self._session_lifetime = session_lifetime
        self.account = Keys(tokens.digits(6), tokens.hex(64))
        self.apps: dict[int, LoginApp] = {}
        self.users: dict[int, User] = {}
        self.connections: dict[str, Connection] = {}
        self.sign_ins: dict[int, SignIn] = {}
        self._logins: dict[str, SignIn] = {}
        self._next_sign_in = int(tokens.digits(6))
        self.world, self.example = self._plant()

    def sign_in(self, user: User, ago: timedelta = timedelta()) -> SignIn:
        """Sign ``user`` in: a new connection, a new login token and a new ``user_token`` (page Social Login Tokens)."""
        moment = self._clock.now() - ago
        connection = Connection(self._tokens.hex(64), user, moment)
        sign_in = SignIn(self._next_sign_in, connection, self._tokens.hex(64), moment)
        self._next_sign_in += 1
        self.connections[connection.id] = connection
        self.sign_ins[sign_in.id] = self._logins[sign_in.login_token] = sign_in
        user.signed_in_at = moment
        self.rotate(user)
        return sign_in

    def rotate(self, user: User) -> None:
        """Give ``user`` a new ``user_token``; the old one is gone."""
        user.user_token = self._tokens.digits(32)

    def app_with_secret(self, secret: str) -> LoginApp | None:
        """The Login App that has this API secret."""
        return next((app for app in self.apps.values() if app.secret == secret), None)

    def login(self, app: LoginApp, token: str) -> SignIn | None:
        """The sign-in that handed out ``token``, if it was one of ``app`` and less than an hour ago."""
        sign_in = self._logins.get(token)
        if sign_in is None or sign_in.connection.user.app is not app:
            return None
        return sign_in if self._clock.now() - sign_in.created_at < LOGIN_TOKEN_LIFETIME else None

    def is_open(self, connection: Connection) -> bool:
        """Whether nobody closed ``connection`` and its session has not run out."""
        return not connection.closed and self._clock.now() - connection.created_at < self._session_lifetime

    def _plant(self) -> tuple[World, SignIn]:
        """Create the seed data; return the facts about it and the sign-in that examples can use."""
        app, other_app = self._add_apps()
        user = self._add_user(app, "zoe.marlow@example.org", ("Zoë", "Ines", "Marlow"), "female", "1984-02-29")
        other_user = self._add_user(other_app, "bram@example.net", ("Bram", None, "Okafor"), "male", "1991-11-03")
        expired_connection = self.sign_in(user, ago=self._session_lifetime + timedelta(days=1)).connection
        closed_connection = self.sign_in(user, ago=timedelta(hours=3)).connection
        closed_connection.closed = True
        expired_login = self.sign_in(user, ago=2 * LOGIN_TOKEN_LIFETIME)
        sign_in = self.sign_in(user)
        other_sign_in = self.sign_in(other_user)
        world = {
            "account": {"keys": {"username": self.account.username, "password": self.account.password}},
            "app": _app_facts(app),
            "other_app": _app_facts(other_app),
            "user": {"id": user.id, "user_token": user.user_token},
            "other_user": {"id": other_user.id, "user_token": other_user.user_token},
            "connection": {"id": sign_in.connection.id},
            "other_connection": {"id": other_sign_in.connection.id},
            "closed_connection": {"id": closed_connection.id},
            "expired_connection": {"id": expired_connection.id},
            "login": {"token": sign_in.login_token},
            "other_login": {"token": other_sign_in.login_token},
            "expired_login": {"token": expired_login.login_token},
            "sign_in": {"id": sign_in.id},
        }
        return world, sign_in

    def _add_apps(self) -> tuple[LoginApp, LoginApp]:
        first = int(self._tokens.digits(5))
        app, other_app = (LoginApp(first + i, self._tokens.hex(64), self._tokens.hex(64)) for i in (0, 1))
        self.apps = {app.id: app, other_app.id: other_app}
        return app, other_app

    def _add_user(self, app: LoginApp, email: str, name: Name, gender: str, birthday: str) -> User:
        user_id = max(self.users, default=int(self._tokens.digits(7))) + 1
        long_ago = self._clock.now() - timedelta(days=400)
        credential = {
            "type": "facebook",
            "access_token": self._tokens.alphanumeric(48),
            "facebook_id": self._tokens.digits(15),
        }
        profile = _profile(user_id, email, name, gender, birthday)
        username = email.partition("@")[0]
        user = User(user_id, app, "", username, profile, credential, signed_up_at=long_ago, signed_in_at=long_ago)
        self.users[user_id] = user
        return user


def _app_facts(app: LoginApp) -> World:
    return {
        "id": app.id,
        "secret": app.secret,
        "client_secret": app.client_secret,
        "keys": {"username": app.keys.username, "password": app.keys.password},
        "client_keys": {"username": app.keys.username, "password": app.client_secret},
    }


def _profile(user_id: int, email: str, name: Name, gender: str, birthday: str) -> Profile:
    """Every profile field that a vendor page names beside ``fields``; the honorific suffix is known to be empty."""
    given, middle, family = name
    city = "São Paulo"
    display_name = f"{given} {family}"
    return {
        "about_me": f'Lives in {city}, likes <tags> & "quotes".',
        "addresses": [{"country": "br", "formatted": city}],
        "birthday": birthday,
        "current_location": city,
        "display_name": display_name,
        "gender": gender,
        "name": {
            "family_name": family,
            "formatted": display_name,
            "given_name": given,
            "honorific_prefix": "Dr.",
            "honorific_suffix": None,
            "middle_name": middle,
        },
        "picture_url": f"https://pictures.example.org/{user_id}.png",
        "user_id": user_id,
        "verified_email": email,
    }
