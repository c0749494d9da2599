"""The state of the OneAll mock and everything that may be done to it; nothing here knows HTTP beyond status codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from troth.mocks.oneall.profile import Profile, changed
from troth.mocks.oneall.records import STORAGE, AccessToken, Account, Identity, User
from troth.mocks.oneall.refusals import NO_IDENTITY, NO_MATCH, NO_USER, RefusedError
from troth.mocks.service import Clock, Tokens

ACCESS_TOKEN_LIFETIME = 60 * 24 * 3600
FIRST_EXTERNALID = 100000001


@dataclass(frozen=True, slots=True)
class Submission:
    """What a caller sent about a stored user.

    ``fields`` holds those of ``externalid``, ``login`` and ``password`` that were sent, and ``profile`` those of the
    identity; a blank one is ``None``. What was not sent is in neither.
    """

    fields: Mapping[str, str | None] = field(default_factory=dict)
    profile: Profile = field(default_factory=dict)

    def with_default(self, name: str, value: str) -> "Submission":
        """The same with that externalid or login where none was sent; no one may choose a user_token."""
        if name == "user_token" or self.fields.get(name):
            return self
        return Submission({**self.fields, name: value}, self.profile)


def _later(moment: int, now: int) -> int:
    """Now, or a second after ``moment``: dates have whole seconds, and a reader is to see that one has moved."""
    return max(now, moment + 1)


def _before(now: int) -> int:
    """When something that is made now was last updated, so that its first update falls on the very same moment."""
    return now - 1


class Store:
    """All users and identities of one site.

    Every method either does all that it says or raises a :class:`RefusedError` and has changed nothing.
    """

    def __init__(self, clock: Clock, tokens: Tokens) -> None:
        self._clock = clock
        self._tokens = tokens
        self._next_externalid = FIRST_EXTERNALID
        self._by_externalid: dict[str, User] = {}
        self._by_login: dict[str, User] = {}
        self.users: dict[str, User] = {}
        self.identities: dict[str, Identity] = {}

    def now(self) -> int:
        """The present moment in whole seconds since 1970."""
        return int(self._clock.now().timestamp())

    def user(self, user_token: str) -> User:
        """The user of that token, or a 404 refusal."""
        try:
            return self.users[user_token]
        except KeyError:
            raise RefusedError(404, NO_USER) from None

    def identity(self, identity_token: str) -> Identity:
        """The identity of that token, or a 404 refusal."""
        try:
            return self.identities[identity_token]
        except KeyError:
            raise RefusedError(404, NO_IDENTITY) from None

    def add_user(self, user: User) -> None:
        """Keep a user, with its identities and account."""
        self.users[user.user_token] = user
        self.identities.update(user.identities)
        if user.account is not None:
            self._index(user, user.account)

    def remove_user(self, user_token: str) -> User:
        """Forget a user and all its identities; its externalid and login are free again."""
        user = self.user(user_token)
        del self.users[user_token]
        for identity_token in user.identities:
            del self.identities[identity_token]
        if user.account is not None:
            self._unindex(user.account)
        return user

    def remove_identity(self, identity_token: str) -> Identity:
        """Forget one identity; its user stays, and is no stored user any more if this was the storage identity."""
        identity = self.identity(identity_token)
        user = self.users[identity.user_token]
        del self.identities[identity_token]
        del user.identities[identity_token]
        if user.account is not None and user.account.identity is identity:
            self._unindex(user.account)
            user.account = None
        return identity

    def relink(self, identity_token: str, user_token: str) -> User:
        """Give an identity to another user, and the account with it if it is the storage identity.

        A 409 refusal if that user has a storage identity already: there is at most one.
        """
        identity = self.identity(identity_token)
        new = self.user(user_token)
        old = self.users[identity.user_token]
        if new is old:
            return new
        if identity.provider == STORAGE:
            if new.account is not None:
                raise RefusedError(409, "The specified user already has a Cloud Storage identity")
            new.account, old.account = old.account, None
            if new.account is not None:
                self._index(new, new.account)
        del old.identities[identity_token]
        new.identities[identity_token] = identity
        identity.user_token = user_token
        return new

    def synchronize_identity(
        self, identity_token: str, *, update_user_data: bool, force_token_update: bool
    ) -> Identity:
        """Refresh the access token where it has expired or ``force_token_update``, then the user data if asked to.

        A 409 refusal where there is no social network to ask, or where it does not renew the access token.
        """
        identity = self.identity(identity_token)
        if identity.provider == STORAGE:
            raise RefusedError(409, "A Cloud Storage identity has no social network that it could be synchronized with")
        now = self.now()
        token = identity.access_token
        if token is not None and (force_token_update or token.expires <= now):
            if token.refresh_refused:
                raise RefusedError(409, "The social network has refused to refresh the access token of this identity")
            identity.access_token = AccessToken(self._tokens.alphanumeric(40), now + ACCESS_TOKEN_LIFETIME)
        if update_user_data:
            identity.profile = identity.upstream
            identity.updated = _later(identity.updated, now)
        return identity

    def create(self, submission: Submission) -> tuple[User, Account]:
        """Make a stored user; see :meth:`update` for what is refused."""
        now = self.now()
        user = User(self._tokens.uuid(), created=now, updated=_before(now), last_login=now)
        account, _ = self.update(user, submission, append=False)
        self.add_user(user)
        return user, account

    def update(self, user: User, submission: Submission, *, append: bool) -> tuple[Account, bool]:
        """Change a user's account and storage identity, or give it both.

        Returns the account and whether the storage identity is new. A 409 refusal if another user has the externalid or
        the login.
        """
        fields = submission.fields
        if append:
            fields = {name: value for name, value in fields.items() if value is not None}
        self._refuse_taken(user, fields)
        now = self.now()
        account = user.account
        is_new = account is None
        if account is None:
            identity = Identity(self._tokens.uuid(), user.user_token, STORAGE, "", now, _before(now), {})
            account = Account("", None, "", identity)
            fields = {"externalid": None, "password": None, **fields}
        else:
            self._unindex(account)
        self._change_account(account, fields)
        identity = account.identity
        identity.id = f"/external/{account.externalid}"
        identity.profile = changed(identity.profile, submission.profile, append=append)
        identity.updated = _later(identity.updated, now)
        user.updated = _later(user.updated, now)
        user.account = account
        user.identities[identity.identity_token] = identity
        self.identities[identity.identity_token] = identity
        self._index(user, account)
        return account, is_new

    def find_by(self, name: str, value: str) -> User | None:
        """The user with that ``user_token``, ``externalid`` or ``login``, stored or not."""
        index = {"user_token": self.users, "externalid": self._by_externalid, "login": self._by_login}[name]
        return index.get(value)

    def look_up(self, criteria: Mapping[str, str], password: str | None) -> tuple[User, Account]:
        """The stored user that has all criteria (at least one of ``user_token``, ``externalid``, ``login``).

        A 404 refusal if there is none, a 401 refusal if the user has another password.
        """
        matches = [self.find_by(name, value) for name, value in criteria.items()]
        user = matches[0]
        if user is None or user.account is None or any(match is not user for match in matches):
            raise RefusedError(404, NO_MATCH)
        if password is not None and password != user.account.password:
            raise RefusedError(401, "The credentials of the user are incorrect")
        return user, user.account

    def _change_account(self, account: Account, fields: Mapping[str, str | None]) -> None:
        if "externalid" in fields:
            account.externalid = fields["externalid"] or self._generate_externalid()
        if "login" in fields:
            account.login = fields["login"]
        if "password" in fields:
            account.password = fields["password"] or self._tokens.alphanumeric(12)

    def _generate_externalid(self) -> str:
        while str(self._next_externalid) in self._by_externalid:
            self._next_externalid += 1
        self._next_externalid += 1
        return str(self._next_externalid - 1)

    def _refuse_taken(self, user: User, fields: Mapping[str, str | None]) -> None:
        for name in ("externalid", "login"):
            value = fields.get(name)
            holder = None if value is None else self.find_by(name, value)
            if holder is not None and holder is not user:
                raise RefusedError(409, f"Another user with the specified {name} already exists")

    def _index(self, user: User, account: Account) -> None:
        self._by_externalid[account.externalid] = user
        if account.login is not None:
            self._by_login[account.login] = user

    def _unindex(self, account: Account) -> None:
        del self._by_externalid[account.externalid]
        if account.login is not None:
            del self._by_login[account.login]
