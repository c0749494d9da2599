"""What the ESWS mock remembers: companies, their administrators, users and locations, and the tokens given out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from troth.mocks.service import Clock, Tokens, World


@dataclass(slots=True)
class Person:
    """A user in I3, linked to the locations where they may be synchronised."""

    id: str
    name: str
    alt_id: str = ""
    locations: set[str] = field(default_factory=set)
    qr: str | None = None


@dataclass(slots=True)
class Company:
    """A customer: everything below it is invisible to every other company."""

    code: str
    name: str
    is_branches: bool = False
    has_alt_ids: bool = True
    admins: dict[str, str] = field(default_factory=dict)
    """User name → password."""
    people: dict[str, Person] = field(default_factory=dict)
    locations: dict[str, str] = field(default_factory=dict)
    """Identifier → name."""
    departed: set[str] = field(default_factory=set)
    """The wsAltUserId of every deleted user: the info field outlives its user."""

    def person_by_alt_id(self, alt_id: str) -> Person | None:
        """The user with this wsAltUserId."""
        return next((person for person in self.people.values() if alt_id and person.alt_id == alt_id), None)

    def remove(self, person: Person) -> None:
        """Delete a user."""
        del self.people[person.id]
        if person.alt_id:
            self.departed.add(person.alt_id)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a sync token stands for: one user (perhaps at one location), or, without a ``person``, all of them."""

    company: Company
    person: Person | None
    location: str | None
    issued_at: datetime


class Store:
    """The state of one mock, filled with seed data on creation. The same ``tokens`` give the same data.

    How long a token lives and whether it works once are not documented: both are settings.
    """

    def __init__(self, clock: Clock, tokens: Tokens, token_lifetime: timedelta, *, single_use: bool) -> None:
        self._clock = clock
        self.tokens = tokens
        self._token_lifetime = token_lifetime
        self._single_use = single_use
        self._grants: dict[str, Grant] = {}
        self._sessions: dict[str, Grant] = {}
        self.companies: dict[str, Company] = {}
        self.world, self.example = self._plant()

    def grant(self, company: Company, person: Person | None = None, location: str | None = None) -> str:
        """A new sync token of 64 letters and digits."""
        token = self.tokens.alphanumeric(64)
        self._grants[token] = Grant(company, person, location, self._clock.now())
        return token

    def open_session(self, token: str, *, total: bool) -> str | None:
        """Turn a sync token into a browser session; ``None`` if the token is unknown, too old or of the other kind."""
        grant = self._grants.get(token)
        if grant is None or total is not (grant.person is None) or not _stands(grant):
            return None
        if self._clock.now() - grant.issued_at >= self._token_lifetime:
            return None
        if self._single_use:
            del self._grants[token]
        session = self.tokens.alphanumeric(40)
        self._sessions[session] = grant
        return session

    def session(self, name: str) -> Grant | None:
        """What the browser session with this name may synchronise; ``None`` if there is no such session any more."""
        grant = self._sessions.get(name)
        return grant if grant is not None and _stands(grant) else None

    def _plant(self) -> tuple[World, dict[str, str]]:
        """Create the seed data; return the facts about it and the arguments of a call that succeeds."""
        company = self._add_company("Fields & Daughters <Ltd>")
        admin, other_admin = (self._add_admin(company, name) for name in ("sync.master", "sync.deputy"))
        location = self._add_location(company, "Gate 1 & 2")
        user = self._add_person(company, 'Ann "Bo" O\'Neil & Søns <labs>', alt_id=f"emp-{self.tokens.hex(8)}")
        user.qr = self.tokens.alphanumeric(32)
        other_user = self._add_person(company, "Çelik Ünal", alt_id=f"emp-{self.tokens.hex(8)}")

        other_company = self._add_company("Elsewhere Ltd")
        self._add_admin(other_company, "sync.stranger")
        self._add_location(other_company, "Warehouse")
        foreign_user = self._add_person(other_company, "Dana Moss", alt_id=f"emp-{self.tokens.hex(8)}")

        branches_company = self._add_company("Branch & Branch", is_branches=True, has_alt_ids=False)
        branches_location = self._add_location(branches_company, "North")
        self._add_location(branches_company, "South")
        branches_user = self._add_person(branches_company, "Ravi Two-Places")

        world = {
            "company": {"code": company.code},
            "other_company": {"code": other_company.code},
            "admin": {"username": admin, "password": company.admins[admin]},
            "other_admin": {"username": other_admin, "password": company.admins[other_admin]},
            "user": {"id": user.id, "alt_id": user.alt_id},
            "other_user": {"id": other_user.id, "alt_id": other_user.alt_id},
            "foreign_user": {"id": foreign_user.id},
            "location": {"id": location},
            "branches_company": {"code": branches_company.code},
            "unmapped_company": {"code": branches_company.code},
            "branches_user": {"id": branches_user.id},
            "branches_location": {"id": branches_location},
        }
        example = {
            "p_companyID": company.code,
            "p_adminUsername": admin,
            "p_adminPassword": company.admins[admin],
            "p_userId": user.id,
            "p_locationID": location,
        }
        return world, example

    def _add_company(self, name: str, *, is_branches: bool = False, has_alt_ids: bool = True) -> Company:
        """Add a company whose code is 32 characters, among them what XML and URLs need escaped."""
        code = "".join(self.tokens.alphanumeric(5) + sign for sign in "&<;+#") + self.tokens.alphanumeric(2)
        company = Company(code, name, is_branches=is_branches, has_alt_ids=has_alt_ids)
        self.companies[code] = company
        return company

    def _add_admin(self, company: Company, username: str) -> str:
        company.admins[username] = self.tokens.alphanumeric(16)
        return username

    def _add_location(self, company: Company, name: str) -> str:
        location = self._new_number(digits=3, taken={i for c in self.companies.values() for i in c.locations})
        company.locations[location] = name
        return location

    def _add_person(self, company: Company, name: str, alt_id: str = "") -> Person:
        """Add a user who belongs to all locations of the company so far."""
        number = self._new_number(digits=6, taken={i for c in self.companies.values() for i in c.people})
        person = Person(number, name, alt_id, set(company.locations))
        company.people[number] = person
        return person

    def _new_number(self, digits: int, taken: set[str]) -> str:
        number = self.tokens.digits(digits)
        while number in taken:
            number = self.tokens.digits(digits)
        return number


def _stands(grant: Grant) -> bool:
    """Whether the user that was to be synchronised still exists."""
    return grant.person is None or grant.company.people.get(grant.person.id) is grant.person
