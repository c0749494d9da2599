"""What the OneAll mock keeps, and the shapes in which OneAll shows it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from troth.mocks.oneall.dates import php_date
from troth.mocks.oneall.profile import Profile

STORAGE = "storage"

SOURCE_NAMES: Mapping[str, str] = {
    "facebook": "Facebook",
    "google": "Google",
    "linkedin": "LinkedIn",
    "microsoft": "Microsoft",
    "openid": "OpenID",
    "steam": "Steam",
    STORAGE: "Cloud Storage",
    "twitter": "Twitter",
    "yahoo": "Yahoo",
}

_WHOLE_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
_LARGEST_INTEGER = 2**63 - 1


@dataclass(slots=True)
class AccessToken:
    """What a social network gave for reading a profile, until ``expires`` (seconds since 1970)."""

    key: str
    expires: int
    refresh_refused: bool = False


@dataclass(slots=True)
class Identity:
    """One way in which a user is known: a social network's profile, or the one kept in the Cloud Storage.

    ``upstream`` is what the social network would answer now; synchronizing copies it into ``profile``. Neither is
    changed in place, so identities may share them.
    """

    identity_token: str
    user_token: str
    provider: str
    id: str
    created: int
    updated: int
    profile: Profile
    upstream: Profile = field(default_factory=dict)
    access_token: AccessToken | None = None
    fetched: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Account:
    """What makes a user a stored one. ``externalid`` is kept as text, however it was sent."""

    externalid: str
    login: str | None
    password: str
    identity: Identity


@dataclass(slots=True)
class User:
    """A user with any number of identities, none included; ``account`` where one of them is the storage identity."""

    user_token: str
    created: int
    updated: int
    last_login: int
    num_logins: int = 0
    account: Account | None = None
    identities: dict[str, Identity] = field(default_factory=dict)


def show_externalid(text: str) -> int | str:
    """An ``externalid`` as OneAll shows it: an integer where it is one without a leading zero and fits 64 bits."""
    if _WHOLE_NUMBER.fullmatch(text) and int(text) <= _LARGEST_INTEGER:
        return int(text)
    return text


def show_source(identity: Identity) -> dict[str, object]:
    """The ``source`` node without the access token."""
    return {"name": SOURCE_NAMES[identity.provider], "key": identity.provider}


def show_identity(identity: Identity) -> dict[str, object]:
    """An identity in full, as it stands inside a user."""
    source = show_source(identity)
    if identity.access_token is not None:
        source["access_token"] = {"key": identity.access_token.key}
    return {
        "identity_token": identity.identity_token,
        "date_creation": php_date(identity.created),
        "date_last_update": php_date(identity.updated),
        "provider": identity.provider,
        "source": source,
        "id": identity.id,
        **identity.profile,
    }


def show_owned_identity(identity: Identity) -> dict[str, object]:
    """An identity in full with the token of its user, as "read" and "synchronize" show it."""
    return {"user_token": identity.user_token, **show_identity(identity)}


def show_listed_identity(identity: Identity) -> dict[str, object]:
    """One entry of the list of all identities."""
    return {
        "user_token": identity.user_token,
        "identity_token": identity.identity_token,
        "provider": identity.provider,
        "source": show_source(identity),
        "date_creation": php_date(identity.created),
        "date_last_update": php_date(identity.updated),
    }


def show_brief_identities(user: User) -> list[dict[str, object]]:
    """Which identities a user has, and no more of them than token and provider."""
    return [{"identity_token": each.identity_token, "provider": each.provider} for each in user.identities.values()]


def show_listed_user(user: User) -> dict[str, object]:
    """One entry of the list of all users."""
    return {
        "user_token": user.user_token,
        "date_creation": php_date(user.created),
        "date_last_login": php_date(user.last_login),
        "num_logins": user.num_logins,
        "identities": show_brief_identities(user),
    }


def show_user(user: User) -> dict[str, object]:
    """A user with all its identities in full."""
    return {**show_listed_user(user), "identities": [show_identity(each) for each in user.identities.values()]}


def show_owner(user: User) -> dict[str, object]:
    """A user as named after a relink or a deletion: token and brief identities."""
    return {"user_token": user.user_token, "identities": show_brief_identities(user)}


def show_stored_user(user: User, account: Account) -> dict[str, object]:
    """A user as the Cloud Storage shows it: one identity, the stored one, and never the password."""
    login = {} if account.login is None else {"login": account.login}
    return {
        "user_token": user.user_token,
        "externalid": show_externalid(account.externalid),
        **login,
        "date_creation": php_date(user.created),
        "date_last_update": php_date(user.updated),
        "num_logins": user.num_logins,
        "identity": show_identity(account.identity),
    }
