"""What OneAll reads from a social network and keeps for a day: contacts, Steam games, Facebook posts."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth.mocks.oneall.dates import php_date
from troth.mocks.oneall.lists import page_of
from troth.mocks.oneall.records import SOURCE_NAMES, Identity
from troth.mocks.oneall.refusals import RefusedError

REFRESHED_EVERY = 24 * 3600
_LAST_REFRESHED_AGO = 3600


@dataclass(frozen=True, slots=True)
class Feed:
    """One kind of data: its name in the answer, the providers that have it, and what they answer."""

    name: str
    providers: frozenset[str]
    entries: tuple[Mapping[str, object], ...]


def _contact(name: str) -> dict[str, object]:
    handle = name.lower().replace(" ", ".")
    return {
        "name": {"formatted": name},
        "profileUrl": f"https://network.example/{handle}",
        "thumbnailUrl": f"https://network.example/{handle}/thumbnail.png",
    }


CONTACTS = Feed(
    "contacts",
    frozenset({"facebook", "google", "linkedin", "microsoft", "twitter", "yahoo"}),
    tuple(_contact(name) for name in ("Ida Berger", "Jonas Okafor", "Kei Tanaka", "Lucie Moreau", "Mirza Begic")),
)
STEAM_GAMES = Feed(
    "steam_games",
    frozenset({"steam"}),
    (
        {"appid": 90010, "name": "Lighthouse Keeper", "playtime_forever": 1240},
        {"appid": 90020, "name": "Orbital Gardens", "playtime_forever": 0},
        {"appid": 90030, "name": "Paper Fleet", "playtime_forever": 317},
    ),
)
FACEBOOK_POSTS = Feed(
    "facebook_posts",
    frozenset({"facebook"}),
    (
        {"id": "700001", "message": "First snow on the pass this morning.", "date_creation": php_date(1706518800)},
        {"id": "700002", "message": "The workshop is open again.", "date_creation": php_date(1712044800)},
        {"id": "700003", "message": "Looking for a second-hand cello.", "date_creation": php_date(1717765200)},
    ),
)


def read_feed(
    feed: Feed, identity: Identity, now: int, query: Mapping[str, str], *, fetch: bool
) -> tuple[dict[str, object], bool]:
    """A page of the feed with its ``cache`` node, and whether it came from the cache.

    ``fetch`` asks the social network now. Without it the cache answers, which is refreshed daily and never older than a
    day. Raises a 409 refusal for a provider that has no such data.
    """
    if identity.provider not in feed.providers:
        raise RefusedError(409, f"{SOURCE_NAMES[identity.provider]} identities have no {feed.name.replace('_', ' ')}")
    if fetch:
        updated = now
    else:
        last = identity.fetched.get(feed.name, now - _LAST_REFRESHED_AGO)
        updated = last + (now - last) // REFRESHED_EVERY * REFRESHED_EVERY
    identity.fetched[feed.name] = updated
    cache = {
        "has_been_used": not fetch,
        "date_last_update": php_date(updated),
        "date_next_update": php_date(updated + REFRESHED_EVERY),
    }
    return {"cache": cache, feed.name: page_of(feed.entries, dict, query)}, not fetch
