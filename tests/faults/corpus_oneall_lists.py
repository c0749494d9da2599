# ruff: noqa: ARG005 - every hook of a fault takes the call, needed or not
"""OneAll: every list, and users. Pagination, order, filters, deletion."""

from typing import Any

from faults import spoil_oneall_lists as spoil
from faults.corpus_oneall_envelope import CONTACTS, LIST, ONEALL, READ, REMOVE, USER, USERS, data_of
from faults.faults import Fault, Kind, documented, example, observed, on_success


def _user_page(ask: Any) -> Any:
    return ask.get(f"/users/{ask.world['social_user']['user_token']}.json")


def _remove(ask: Any) -> Any:
    return ask.delete(f"/users/{ask.world['social_user']['user_token']}.json")


FAULTS = (
    Fault(
        "the-second-page-repeats-the-first",
        ONEALL,
        (LIST,),
        Kind.PAGINATION,
        "Page 2 of the identities holds the entries of page 1.",
        (documented("1.7", "page is 1-based; a list falls into total_pages pages"),),
        lambda ask: [ask.get(f"/identities.json?page={n}&entries_per_page=3") for n in (1, 2)],
        calls=2,
        after=spoil.repeat_the_first_page,
    ),
    Fault(
        "every-page-boundary-swallows-a-user",
        ONEALL,
        (USERS,),
        Kind.PAGINATION,
        "The first user of every page but the first is left out.",
        (documented("1.7", "total_entries, entries_per_page and count describe the pages"),),
        lambda ask: ask.get("/users.json?page=2&entries_per_page=3"),
        after=spoil.skip_at_the_boundary,
    ),
    Fault(
        "entries-per-page-is-only-claimed",
        ONEALL,
        (LIST,),
        Kind.PAGINATION,
        "The first page holds all identities, whatever page size its pagination claims.",
        (documented("1.7", "entries_per_page limits a page"),),
        lambda ask: ask.get("/identities.json?page=1&entries_per_page=2"),
        after=spoil.show_everything,
    ),
    Fault(
        "the-last-page-is-not-counted",
        ONEALL,
        (USERS,),
        Kind.PAGINATION,
        "total_pages is rounded down, so a half-filled last page is never fetched.",
        (documented("1.7", "total_pages"), observed("1.7", "pyoneall stops at current_page == total_pages")),
        lambda ask: ask.get("/users.json?entries_per_page=3"),
        after=on_success(spoil.round_down),
    ),
    Fault(
        "total-entries-counts-the-page-alone",
        ONEALL,
        (USERS,),
        Kind.PAGINATION,
        "total_entries is the number of entries on this page.",
        (documented("1.7", "count is this page, total_entries is all"),),
        lambda ask: ask.get("/users.json?entries_per_page=3"),
        after=on_success(
            lambda call, tree: spoil.list_of(tree)["pagination"].update(total_entries=spoil.list_of(tree)["count"])
        ),
    ),
    Fault(
        "the-count-of-contacts-is-of-all-pages",
        ONEALL,
        (CONTACTS,),
        Kind.PAGINATION,
        "count is the number of all contacts, not of those on the page.",
        (documented("1.7", "count: entries on this page"),),
        lambda ask: ask.get(
            f"/identities/{ask.world['fresh_identity']['identity_token']}/contacts.json?entries_per_page=2"
        ),
        after=on_success(
            lambda call, tree: spoil.list_of(tree).update(count=spoil.list_of(tree)["pagination"]["total_entries"])
        ),
    ),
    Fault(
        "a-page-may-be-larger-than-the-maximum",
        ONEALL,
        (LIST,),
        Kind.PAGINATION,
        "entries_per_page=1000 is accepted as it is.",
        (documented("1.7", "maximum 500"),),
        lambda ask: ask.get("/identities.json?entries_per_page=1000"),
        after=on_success(spoil.allow_any_size),
    ),
    Fault(
        "the-current-page-is-a-string",
        ONEALL,
        (USERS,),
        Kind.SHAPE,
        "current_page is a string of digits.",
        (documented("1.7", "current_page int"), observed("1.7", "pyoneall needs the type of total_pages")),
        lambda ask: ask.get("/users.json"),
        after=on_success(
            lambda call, tree: spoil.list_of(tree)["pagination"].update(
                current_page=str(spoil.list_of(tree)["pagination"]["current_page"])
            )
        ),
    ),
    Fault(
        "descending-is-only-claimed",
        ONEALL,
        (LIST,),
        Kind.SORTING,
        "order_direction=desc is echoed, and the identities come in ascending order.",
        (documented("1.7", "order_direction asc or desc"),),
        lambda ask: ask.get("/identities.json?order_direction=desc"),
        after=on_success(
            lambda call, tree: call.asked.get("order_direction") == "desc" and spoil.list_of(tree)["entries"].reverse()
        ),
    ),
    Fault(
        "the-order-node-always-says-ascending",
        ONEALL,
        (USERS,),
        Kind.SORTING,
        "Users in descending order come with the direction asc.",
        (documented("1.7", "the order node names the direction asked for"),),
        lambda ask: ask.get("/users.json?order_direction=desc"),
        after=on_success(lambda call, tree: spoil.list_of(tree)["pagination"]["order"].update(direction="asc")),
    ),
    Fault(
        "the-last-two-users-change-places",
        ONEALL,
        (USERS,),
        Kind.SORTING,
        "The last two entries of every page stand in the wrong order.",
        (documented("1.7", "ordered by date_creation"),),
        lambda ask: ask.get("/users.json"),
        after=on_success(spoil.swap_last_two),
    ),
    Fault(
        "the-order-is-by-an-unknown-field",
        ONEALL,
        (LIST,),
        Kind.SHAPE,
        "The order node names the field creation_date.",
        (example("1.7", "order.field date_creation"), documented("7.10", "the field is date_creation")),
        lambda ask: ask.get("/identities.json"),
        after=on_success(lambda call, tree: spoil.list_of(tree)["pagination"]["order"].update(field="creation_date")),
    ),
    Fault(
        "the-user-filter-is-ignored",
        ONEALL,
        (USERS,),
        Kind.LOST,
        "All users are listed, whatever the filters say.",
        (documented("1.8", "date_creation and date_last_login with gt and lt"),),
        lambda ask: ask.get("/users.json?filters=date_creation:gt:14%20Jan%202030%2012:13"),
        before=lambda call: call.ask(filters=None),
    ),
    Fault(
        "the-login-filter-looks-at-the-creation",
        ONEALL,
        (USERS,),
        Kind.LOST,
        "A filter by date_last_login compares date_creation.",
        (documented("1.8", "date_last_login is a filter of its own"),),
        lambda ask: ask.get("/users.json?filters=date_last_login:lt:10%20Feb%202024%2000:00"),
        before=spoil.filter_by_creation,
    ),
    Fault(
        "only-the-first-filter-counts",
        ONEALL,
        (USERS,),
        Kind.LOST,
        "Of several filters, those after the first semicolon are dropped.",
        (documented("1.8", "several separated by ;"),),
        lambda ask: ask.get(
            "/users.json?filters=date_creation:gt:1%20Jan%202020%2000:00;date_creation:lt:2%20Jan%202020%2000:00"
        ),
        before=spoil.first_filter_only,
    ),
    Fault(
        "a-deleted-user-is-still-listed",
        ONEALL,
        (REMOVE, USERS),
        Kind.STATE,
        "After a confirmed deletion the list of users still has the user.",
        (documented("4", "DELETE /users/<t>.json deletes the user"),),
        lambda ask: (_remove(ask), ask.get("/users.json")),
        calls=2,
        before=spoil.remember_the_user,
        after=spoil.list_the_deleted,
    ),
    Fault(
        "a-deleted-user-leaves-its-identities",
        ONEALL,
        (REMOVE, READ),
        Kind.STATE,
        "The identities of a deleted user can still be read.",
        (documented("4", "deletes user AND identities"),),
        lambda ask: (_remove(ask), ask.get(f"/identities/{ask.world['fresh_identity']['identity_token']}.json")),
        calls=2,
        before=spoil.remember_the_user,
        after=spoil.leave_its_identities,
    ),
    Fault(
        "a-user-can-be-deleted-twice",
        ONEALL,
        (REMOVE,),
        Kind.STATE,
        "The second deletion of the same user is answered as the first was.",
        (documented("4", "404 for a user who is not there (V-UDEL)"), documented("1.5", "404: no such resource")),
        lambda ask: (_remove(ask), _remove(ask)),
        calls=2,
        after=spoil.delete_twice,
    ),
    Fault(
        "a-deletion-names-another-user",
        ONEALL,
        (REMOVE,),
        Kind.RELATION,
        "The answer of a deletion carries the token of a user who was not deleted.",
        (documented("4", "data.user{user_token, identities[]} of the deleted user"),),
        _remove,
        after=on_success(spoil.name_another),
    ),
    Fault(
        "user-tokens-in-the-list-are-a-character-short",
        ONEALL,
        (USERS,),
        Kind.ENCODING,
        "Every user_token in the list lacks its last character.",
        (documented("1.1", "tokens have 36 characters (CHAR(36))"),),
        lambda ask: ask.get("/users.json"),
        after=on_success(spoil.shorten_tokens),
    ),
    Fault(
        "a-user-shows-one-identity-of-several",
        ONEALL,
        (USER,),
        Kind.RELATION,
        "Reading a user shows the first identity alone; the list has them all.",
        (documented("4", "details with full identities[]"),),
        lambda ask: (ask.get("/users.json"), _user_page(ask)),
        calls=2,
        after=on_success(
            lambda call, tree: data_of(tree)["user"].update(identities=data_of(tree)["user"]["identities"][:1])
        ),
    ),
    Fault(
        "a-user-has-a-fraction-of-logins",
        ONEALL,
        (USER,),
        Kind.SHAPE,
        "num_logins is half too much: 21.5.",
        (example("5.2", "num_logins is an integer, or a string of digits"),),
        _user_page,
        after=on_success(
            lambda call, tree: data_of(tree)["user"].update(num_logins=data_of(tree)["user"]["num_logins"] + 0.5)
        ),
    ),
    Fault(
        "birthdays-are-iso-dates",
        ONEALL,
        (USER,),
        Kind.SHAPE,
        "The birthday of an identity is written year first.",
        (documented("1.6", "birthday is MM/DD/YYYY"),),
        _user_page,
        after=on_success(spoil.iso_birthdays),
    ),
    Fault(
        "emails-are-bare-strings",
        ONEALL,
        (USER,),
        Kind.SHAPE,
        "The emails of an identity are a list of strings.",
        (documented("5.1", "emails: [{value, is_verified}]"),),
        _user_page,
        after=on_success(spoil.bare_emails),
    ),
    Fault(
        "providers-have-capital-letters-inside-a-user",
        ONEALL,
        (USER,),
        Kind.SHAPE,
        "The identities of a user name their provider as people would: Facebook.",
        (documented("5.1", "provider is a key such as facebook"), example("5.1", "source.key is the provider")),
        _user_page,
        after=on_success(spoil.capitals),
    ),
)
"""Faults of lists and of users."""
