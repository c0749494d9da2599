"""The I3 pages that a browser sees after a sync token: one user, all users, started, and the login page.

No page was ever seen; these show what the vendor's notes promise. Every name goes through ``escape``, quotes included,
so that no name can pass for markup or for the auto-start mark.
"""

from html import escape

from troth.mocks.esws.store import Company, Grant
from troth.mocks.html import html_page

SYNC_PATH = "/users/synchronise"
"""Where a redeemed token leads, and where the button posts to."""

LOGIN_PATH = "/users/login"
"""Where a token that is not good leads."""


def sync_page(grant: Grant) -> str:
    """The page behind a token: it starts by itself if the token names a location, else it waits for the button."""
    if grant.location is not None:
        return _frame(grant, _automatic_form(grant.company, grant.location), autostart=True)
    return _frame(grant, _manual_form(grant), autostart=False)


def started_page(grant: Grant, location: str | None) -> str:
    """The page after the start; ``location`` is ``None`` when all users are synchronised everywhere."""
    where = "every location" if location is None else grant.company.locations[location]
    return html_page(
        "Synchronisation started",
        f'<main data-sync="started"><h1>Synchronisation started</h1>'
        f"<p>{escape(_who(grant))}, at {escape(where)}.</p></main>",
    )


def login_page() -> str:
    """The page for somebody without a good token."""
    return html_page(
        "I3 login",
        '<main data-login="required"><h1>Please log in</h1>'
        "<p>This link is not valid, or not any more. Ask the application that sent you here for a new one.</p></main>",
    )


def missing_page(status: int) -> str:
    """The page for an address or a method that does not exist, or a form without the fields it must have."""
    return html_page(f"Error {status}", f"<main><h1>Error {status}</h1><p>This page cannot be shown.</p></main>")


def _frame(grant: Grant, form: str, *, autostart: bool) -> str:
    scope = "all" if grant.person is None else "one"
    mark = "true" if autostart else "false"
    who = escape(_who(grant))
    company = escape(grant.company.name)
    return html_page(
        f"Synchronise {_who(grant)}",
        f'<main data-sync="{scope}" data-autostart="{mark}"><h1>Synchronise {who}</h1>\n'
        f"<p>You are logged in as an administrator of {company}.</p>\n{form}\n</main>",
    )


def _who(grant: Grant) -> str:
    return "all users" if grant.person is None else grant.person.name


def _automatic_form(company: Company, location: str) -> str:
    return (
        f"<p>The synchronisation at {escape(company.locations[location])} starts by itself.</p>\n"
        f'<form id="sync" method="post" action="{SYNC_PATH}">'
        f'<input type="hidden" name="location" value="{escape(location)}">'
        '<noscript><button type="submit">Synchronise</button></noscript></form>\n'
        '<script>document.getElementById("sync").submit()</script>'
    )


def _manual_form(grant: Grant) -> str:
    choice = "" if grant.person is None else _location_select(grant.company)
    return (
        f'<form id="sync" method="post" action="{SYNC_PATH}">{choice}<button type="submit">Synchronise</button></form>'
    )


def _location_select(company: Company) -> str:
    options = "".join(
        f'<option value="{escape(number)}">{escape(name)}</option>' for number, name in company.locations.items()
    )
    return f'<label>Location <select name="location" required>{options}</select></label> '
