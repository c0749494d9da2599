"""The users and identities that the OneAll mock begins with, and the facts about them."""

from troth.mocks.oneall.profile import Profile
from troth.mocks.oneall.records import STORAGE, AccessToken, Account, Identity, User
from troth.mocks.oneall.store import ACCESS_TOKEN_LIFETIME, Store
from troth.mocks.service import Tokens

# 30 November 2023, 09:26:40 UTC; what follows is spread over winter and summer.
_FIRST_DAY = 1701336400
_DAY = 24 * 3600

_STORED: Profile = {
    "name": {"givenName": "Ada", "familyName": "Keller", "formatted": "Ada Keller"},
    "displayName": "Ada Keller",
    "gender": "female",
    "birthday": "04/17/1988",
    "emails": [{"value": "ada.keller@mail.example", "is_verified": True}],
    "urls": [{"value": "https://ada.example/", "type": "personal"}],
    "customData": {"newsletter": True, "tags": ["trial", "north"]},
}
_SOCIAL: Profile = {
    "name": {"givenName": "Noor", "familyName": "Visser", "formatted": "Noor Visser"},
    "preferredUsername": "noor.visser",
    "displayName": "Noor Visser",
    "profileUrl": "https://network.example/noor.visser",
    "thumbnailUrl": "https://network.example/noor.visser/thumbnail.png",
    "pictureUrl": "https://network.example/noor.visser/picture.png",
    "currentLocation": "Groningen",
    "birthday": "11/02/1991",
    "utcOffset": "1:00",
    "emails": [{"value": "noor.visser@mail.example", "is_verified": True}],
    "accounts": [{"domain": "network.example", "userid": "480015162342"}],
    "photos": [{"value": "https://network.example/noor.visser/picture.png", "size": "L"}],
    "languages": [{"value": "nl"}],
    "interests": [{"value": "cycling"}],
}
# What the social network has learnt since: a synchronization is to be seen in the profile.
_SOCIAL_NOW: Profile = {**_SOCIAL, "currentLocation": "Utrecht", "aboutMe": "Moved south, still cycling."}

# Steam and OpenID sign people in without handing out an access token.
_WITHOUT_ACCESS_TOKEN = frozenset({"steam", "openid"})


class _Sower:
    """Puts users and their identities into a store, each a day younger than the one before."""

    def __init__(self, store: Store, tokens: Tokens) -> None:
        self._store = store
        self._tokens = tokens
        self._now = store.now()
        self._created = _FIRST_DAY

    def user(self, *providers: str, num_logins: int) -> tuple[User, list[Identity]]:
        """A user with one identity from each of those providers."""
        self._created += 17 * _DAY
        created = self._created
        user = User(
            self._tokens.uuid(),
            created,
            updated=created + 2 * _DAY,
            last_login=created + (num_logins + 3) * _DAY,
            num_logins=num_logins,
        )
        identities = [self._identity(user, provider) for provider in providers]
        user.identities = {each.identity_token: each for each in identities}
        return user, identities

    def _identity(self, user: User, provider: str) -> Identity:
        self._created += _DAY
        token = None
        if provider not in _WITHOUT_ACCESS_TOKEN:
            token = AccessToken(self._tokens.hex(32), self._now + ACCESS_TOKEN_LIFETIME)
        return Identity(
            self._tokens.uuid(),
            user.user_token,
            provider,
            f"https://{provider}.example/{self._created}",
            self._created,
            self._created + _DAY,
            _SOCIAL,
            _SOCIAL_NOW,
            token,
        )

    def stored(self, externalid: str, login: str, *providers: str, num_logins: int) -> tuple[User, Account]:
        """A stored user, with identities from those providers besides the storage identity."""
        user, _ = self.user(*providers, num_logins=num_logins)
        identity = Identity(
            self._tokens.uuid(),
            user.user_token,
            STORAGE,
            f"/external/{externalid}",
            user.created,
            user.updated,
            _STORED,
        )
        user.identities[identity.identity_token] = identity
        user.account = Account(externalid, login, self._tokens.alphanumeric(16), identity)
        return user, user.account


def _facts(identity: Identity) -> dict[str, object]:
    return {"identity_token": identity.identity_token, "user_token": identity.user_token}


def _stored_facts(user: User, account: Account, externalid: object) -> dict[str, object]:
    return {
        "user_token": user.user_token,
        "externalid": externalid,
        "login": account.login,
        "password": account.password,
        "identity_token": account.identity.identity_token,
    }


def sow(store: Store, tokens: Tokens) -> dict[str, dict[str, object]]:
    """Fill an empty store; return the facts about its users and identities, as ``world()`` gives them."""
    number, text, word = tokens.digits(10), f"extid-{tokens.hex(8)}", tokens.hex(6)
    sower = _Sower(store, tokens)
    ours, our_account = sower.stored(number, f"ada.{word}@login.example", num_logins=12)
    theirs, their_account = sower.stored(text, f"bela.{word}@login.example", num_logins=3)
    social, (fresh, expired) = sower.user("facebook", "google", num_logins=21)
    gamer, (steam, refused, _) = sower.user("steam", "linkedin", "twitter", num_logins=7)
    mixed, _ = sower.stored(f"extid-{tokens.hex(8)}", f"cleo.{word}@login.example", "facebook", num_logins=5)
    others = [
        sower.user("yahoo", "microsoft", num_logins=40)[0],
        sower.user("openid", "twitter", num_logins=2)[0],
        sower.user("google", num_logins=1)[0],
    ]
    for lapsed in (expired, refused):
        if lapsed.access_token is not None:
            lapsed.access_token.expires = store.now() - _DAY
            lapsed.access_token.refresh_refused = lapsed is refused
    for user in (ours, theirs, social, gamer, mixed, *others):
        store.add_user(user)
    return {
        "user": _stored_facts(ours, our_account, int(number)),
        "other": _stored_facts(theirs, their_account, text),
        "social_user": {"user_token": social.user_token},
        "fresh_identity": _facts(fresh),
        "expired_identity": _facts(expired),
        "refused_identity": _facts(refused),
        "steam_identity": _facts(steam),
    }
