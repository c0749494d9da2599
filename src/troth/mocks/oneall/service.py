"""A mock of the OneAll REST API: identities, User Cloud Storage and users of one site."""

from collections.abc import Mapping
from typing import ClassVar

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from troth.mocks.oneall import bodies
from troth.mocks.oneall.envelope import Answer, error_envelope, sent, sent_credentials, success_envelope
from troth.mocks.oneall.feeds import CONTACTS, FACEBOOK_POSTS, STEAM_GAMES, Feed, read_feed
from troth.mocks.oneall.lists import page_of, user_filter
from troth.mocks.oneall.profile import as_object
from troth.mocks.oneall.records import (
    Account,
    Identity,
    User,
    show_listed_identity,
    show_listed_user,
    show_owned_identity,
    show_owner,
    show_stored_user,
    show_user,
)
from troth.mocks.oneall.refusals import LOST_KEYS, RefusedError
from troth.mocks.oneall.seed import sow
from troth.mocks.oneall.store import Store
from troth.mocks.service import Service, World

SUBDOMAIN = "troth-demo"

_REFUSALS: Mapping[int, str] = {
    400: "The request could not be read",
    401: LOST_KEYS,
    404: "The requested resource does not exist",
    405: "The requested resource does not support this method",
    429: "Too many requests have been sent, please slow down",
    500: "An internal error has occurred, please try again later",
    502: "The API is currently under maintenance, please try again later",
    503: "The API is currently overloaded, please try again later",
}


def _route(method: str, path: str, endpoint: str) -> Rule:
    return Rule(path, methods=[method], endpoint=endpoint)


class OneAll(Service):
    """One OneAll site, answering at any host.

    What is documented is answered as documented, and what real clients rely on as they rely on it. Where nothing is
    known, the mock decides once, says so in a docstring, and refuses rather than guesses.
    """

    vendor = "oneall"
    prefixes = ("/",)
    routes: ClassVar[Map] = Map(
        [
            _route("GET", "/identities.json", "list_identities"),
            _route("GET", "/identities/<identity_token>.json", "read_identity"),
            _route("DELETE", "/identities/<identity_token>.json", "delete_identity"),
            _route("PUT", "/identities/<identity_token>/link.json", "relink_identity"),
            _route("PUT", "/identities/<identity_token>/synchronize.json", "synchronize_identity"),
            _route("GET", "/identities/<identity_token>/contacts.json", "read_contacts"),
            _route("GET", "/identities/<identity_token>/steam/games.json", "list_steam_games"),
            _route("GET", "/identities/<identity_token>/facebook/posts.json", "list_facebook_posts"),
            _route("POST", "/storage/users.json", "create_stored_user"),
            _route("PUT", "/storage/users/<user_token>.json", "update_stored_user"),
            # The vendor's own clients post to this path although no page says so.
            _route("POST", "/storage/users/<user_token>.json", "update_stored_user"),
            _route("PUT", "/storage/users/user/synchronize.json", "synchronize_stored_user"),
            _route("POST", "/storage/users/user/lookup.json", "look_up_stored_user"),
            _route("GET", "/users.json", "list_users"),
            _route("GET", "/users/<user_token>.json", "read_user"),
            _route("DELETE", "/users/<user_token>.json", "delete_user"),
        ],
        merge_slashes=False,
    )
    limits = (
        "Connections, single sign-on, sharing, short URLs, site, providers, publishing, push, pull, search and "
        "LoudVoice are not there; neither is the import of users (PUT /users.json) nor a user's contacts.",
        "Only JSON is spoken; the XML format of the oldest pages is documented nowhere.",
        "No social network is asked: a synchronization brings the same newer profile each time, and contacts, games "
        "and posts are the same few for every identity.",
        "Nobody logs in, so num_logins and date_last_login stay as they are; a lookup is not counted as a login.",
        "Identities arise only from the storage operations, not from a social login.",
        "There is no rate limit, no plan and no quota; refuse_with() provokes 429, 500, 502 and 503.",
        "What no page says (the sentences of most errors, the conflict codes, the cut-off ends of some examples) is a "
        "decision of this mock and no evidence about the vendor.",
    )

    def seed(self) -> None:
        """Put users, identities and keys back to the seed data."""
        self._store = Store(self.clock, self.tokens)
        keys = {"username": self.tokens.uuid(), "password": self.tokens.uuid()}
        self._credentials = f"{keys['username']}:{keys['password']}".encode()
        self._world = {"site": {"subdomain": SUBDOMAIN, "keys": keys}, **sow(self._store, self.tokens)}

    def world(self) -> World:
        """The site's keys, two stored users, a user with social identities only, and identities in every condition."""
        return self._world

    def curl(self, base_url: str) -> str:
        """A shell command that lists the first identities with the keys of the seed."""
        return f"curl -i -u {self._credentials.decode()} '{base_url}/identities.json?entries_per_page=3'"

    def handle(self, request: Request, endpoint: str, arguments: Mapping[str, object]) -> Response:
        """Check the keys, carry out the operation and put its outcome into the envelope."""
        try:
            if sent_credentials(request) != self._credentials:
                raise RefusedError(401, LOST_KEYS)
            answer: Answer = getattr(self, endpoint)(request, **arguments)
        except RefusedError as refusal:
            return error_envelope(request, refusal.code, refusal.info, self._store.now())
        return success_envelope(request, answer, self._store.now())

    def refuse(self, request: Request, error: HTTPException) -> Response:
        """The envelope for an unknown path, a wrong method, an unreadable body or an outage that was asked for."""
        code = error.code or 500
        response = error_envelope(request, code, _REFUSALS.get(code, error.name), self._store.now())
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response

    # Identities

    def list_identities(self, request: Request) -> Answer:
        """One page of all identities, by creation."""
        identities = sorted(self._store.identities.values(), key=_created)
        return Answer({"identities": page_of(identities, show_listed_identity, request.args)})

    def read_identity(self, request: Request, identity_token: str) -> Answer:
        """An identity in full."""
        return Answer({"identity": show_owned_identity(self._store.identity(identity_token))})

    def delete_identity(self, request: Request, identity_token: str) -> Answer:
        """Delete an identity once the deletion is confirmed; its user stays, even without any identity."""
        _demand_confirmation(request)
        identity = self._store.remove_identity(identity_token)
        return Answer(
            {"identity": {name: getattr(identity, name) for name in ("user_token", "identity_token", "provider")}},
            outcome="The specified identity has been removed successfully",
        )

    def relink_identity(self, request: Request, identity_token: str) -> Answer:
        """Give an identity to another user; to its own user it changes nothing."""
        user = self._store.relink(identity_token, bodies.new_owner(sent(request)))
        return Answer(
            {"user": show_owner(user)}, outcome="The identity has successfully been linked to the specified user"
        )

    def synchronize_identity(self, request: Request, identity_token: str) -> Answer:
        """Refresh access token and user data as the optional body asks; the identity_token stays."""
        update_user_data, force_token_update = bodies.synchronization(sent(request, may_be_empty=True))
        identity = self._store.synchronize_identity(
            identity_token, update_user_data=update_user_data, force_token_update=force_token_update
        )
        return Answer({"identity": show_owned_identity(identity)})

    def read_contacts(self, request: Request, identity_token: str) -> Answer:
        """Contacts from the cache (200), or fetched from the social network (203) with ``disable_cache=true``."""
        return self._read_feed(CONTACTS, request, identity_token, fetch=request.args.get("disable_cache") == "true")

    def list_steam_games(self, request: Request, identity_token: str) -> Answer:
        """The games of a Steam identity, always from the cache."""
        return self._read_feed(STEAM_GAMES, request, identity_token, fetch=False)

    def list_facebook_posts(self, request: Request, identity_token: str) -> Answer:
        """The posts of a Facebook identity, always from the cache."""
        return self._read_feed(FACEBOOK_POSTS, request, identity_token, fetch=False)

    def _read_feed(self, feed: Feed, request: Request, identity_token: str, *, fetch: bool) -> Answer:
        identity = self._store.identity(identity_token)
        data, cached = read_feed(feed, identity, self._store.now(), request.args, fetch=fetch)
        return Answer(data, 200 if cached else 203)

    # User Cloud Storage

    def create_stored_user(self, request: Request) -> Answer:
        """Make a stored user: 201, or 409 if its externalid or login is taken."""
        user, account = self._store.create(bodies.submission(bodies.user_node(sent(request))))
        return _stored(user, account, is_new=True)

    def update_stored_user(self, request: Request, user_token: str) -> Answer:
        """Change a stored user (200), or give a user a storage identity (201)."""
        asked = sent(request)
        append = bodies.appends(asked)
        submission = bodies.submission(bodies.user_node(asked))
        user = self._store.user(user_token)
        account, is_new = self._store.update(user, submission, append=append)
        return _stored(user, account, is_new=is_new)

    def synchronize_stored_user(self, request: Request) -> Answer:
        """Update the user that the identifier names (200), or create one (201).

        A user that is created takes the identifier's value for externalid or login unless another was sent, and
        never for its user_token. A user found by token that had no storage identity is given one (201).
        """
        asked = as_object(sent(request).get("synchronize"), "synchronize")
        field, value = bodies.identifier(asked)
        submission = bodies.submission(bodies.optional_user_node(asked))
        user = self._store.find_by(field, value)
        if user is None:
            user, account = self._store.create(submission.with_default(field, value))
            return _stored(user, account, is_new=True)
        account, is_new = self._store.update(user, submission, append=False)
        return _stored(user, account, is_new=is_new)

    def look_up_stored_user(self, request: Request) -> Answer:
        """The stored user that matches every criterion: 404 if there is none, 401 if it has another password."""
        criteria, password = bodies.criteria(bodies.user_node(sent(request)))
        user, account = self._store.look_up(criteria, password)
        return _stored(user, account, is_new=False)

    # Users

    def list_users(self, request: Request) -> Answer:
        """One page of the users that pass the filters, by creation."""
        passes = user_filter(request.args.get("filters", ""))
        users = sorted(filter(passes, self._store.users.values()), key=_created)
        return Answer({"users": page_of(users, show_listed_user, request.args)})

    def read_user(self, request: Request, user_token: str) -> Answer:
        """A user with all identities in full."""
        return Answer({"user": show_user(self._store.user(user_token))})

    def delete_user(self, request: Request, user_token: str) -> Answer:
        """Delete a user and all its identities once the deletion is confirmed."""
        _demand_confirmation(request)
        user = self._store.remove_user(user_token)
        return Answer({"user": show_owner(user)}, outcome="The specified user has been removed successfully")


def _created(record: Identity | User) -> int:
    return record.created


def _stored(user: User, account: Account, *, is_new: bool) -> Answer:
    return Answer({"user": show_stored_user(user, account)}, 201 if is_new else 200)


def _demand_confirmation(request: Request) -> None:
    if request.args.get("confirm_deletion") != "true":
        raise RefusedError(400, "The deletion must be confirmed with the parameter confirm_deletion=true")
